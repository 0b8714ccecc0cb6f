import path from 'node:path';
import { loadManifest } from '../manifest/load.ts';
import { didYouMean } from '../manifest/suggest.ts';
import { UsageError } from '../model/errors.ts';
import type { Compression, Format, Method } from '../model/format.ts';
import { type BuildOptions, buildTargets, type ImageForm } from '../pipeline.ts';
import { formatSize } from '../report.ts';
import { planTargets, selectTargets } from '../stages/plan.ts';
import { type CommonOptions, lineOptions, print, printJson } from './options.ts';

interface BuildCommandOptions extends CommonOptions {
  out: string;
  skip?: string[];
  compression?: string;
  fast?: boolean;
  imageForm: ImageForm;
  base?: string;
  shell?: boolean;
}

const METHODS: readonly Method[] = ['xz', 'zstd', 'gzip', 'deflate', 'mszip', 'lzx', 'none'];
/** Highest level of each method, and the one taken when none is given. */
const LEVELS: Readonly<Record<Method, { most: number; usual: number }>> = {
  xz: { most: 9, usual: 6 },
  zstd: { most: 19, usual: 3 },
  gzip: { most: 9, usual: 6 },
  deflate: { most: 9, usual: 6 },
  none: { most: 0, usual: 0 },
  mszip: { most: 9, usual: 6 },
  lzx: { most: 21, usual: 21 },
};
const FAST: readonly Compression[] = [
  { method: 'zstd', level: 3 },
  { method: 'gzip', level: 1 },
];

/** `packwright build [ids]`. */
export async function buildCommand(ids: string[], options: BuildCommandOptions): Promise<void> {
  const started = performance.now();
  const manifest = await loadManifest(options.directory, options.manifest);
  const targets = selectTargets(planTargets(manifest.product), ids, options.skip);
  const build: BuildOptions = {
    ...lineOptions(options),
    imageForm: options.imageForm,
    imageBase: options.base ? path.resolve(options.directory, options.base) : options.shell ? 'shell' : 'scratch',
  };
  if (options.compression) {
    const wanted = parseCompression(options.compression);
    build.compression = (format) => allowed(format, wanted);
  } else if (options.fast) {
    // What old engines load is what docker-archive is for, and they know gzip alone.
    const quick = FAST.filter((one) => options.imageForm !== 'docker-archive' || one.method === 'gzip');
    build.compression = (format) => quick.find((one) => takes(format, one.method)) ?? format.compressions[0]!;
  }
  const written = await buildTargets(manifest, targets, build);
  if (options.json) return printJson(written);
  if (options.quiet) return;
  const bytes = written.reduce((sum, one) => sum + one.size, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(
    `${written.length} files, ${formatSize(bytes)}, in ${path.relative(process.cwd(), build.out) || '.'} (${seconds} s)`,
  );
}

/** `xz:6`, `zstd`, `none`. */
function parseCompression(text: string): Compression {
  const [name = '', level, ...rest] = text.split(':');
  const method = METHODS.find((one) => one === name);
  if (!method || rest.length > 0)
    throw new UsageError(`--compression: "${text}" is no method`, didYouMean(name, METHODS));
  const { most, usual } = LEVELS[method];
  const number = level === undefined ? usual : Number(level);
  if (!Number.isInteger(number) || number < (method === 'xz' || method === 'none' ? 0 : 1) || number > most) {
    throw new UsageError(`--compression: "${level}" is no level of ${method}`, `its highest is ${most}`);
  }
  return { method, level: number };
}

function takes(format: Format, method: Method): boolean {
  return format.compressions.some((one) => one.method === method);
}

function allowed(format: Format, wanted: Compression): Compression {
  if (takes(format, wanted.method)) return wanted;
  const known = [...new Set(format.compressions.map((one) => one.method))];
  throw new UsageError(
    `--compression: a ${format.name} cannot be compressed with ${wanted.method}`,
    `it takes ${known.join(', ')}`,
  );
}

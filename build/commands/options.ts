import path from 'node:path';
import type { BuildOptions } from '../pipeline.ts';
import { openReport, tameText } from '../report.ts';

/** What every command is given. */
export interface CommonOptions {
  directory: string;
  manifest?: string;
  json?: boolean;
  cache?: string;
  nodeSource?: string;
  quiet?: boolean;
}

/** Standard output is for results. */
export function print(text: string): void {
  process.stdout.write(`${tameText(text)}\n`);
}

/** JSON with sorted output left as the commands made it. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** What the line needs of the command line. */
export function lineOptions(options: CommonOptions & { out?: string }): BuildOptions {
  return {
    out: path.resolve(options.directory, options.out ?? 'dist'),
    report: openReport(process.stderr, options.quiet),
    ...(options.cache ? { cache: path.resolve(options.directory, options.cache) } : {}),
    ...(options.nodeSource ? { nodeSource: nodeSourceOf(options) } : {}),
  };
}

function nodeSourceOf({ nodeSource = 'npm', directory }: CommonOptions): string {
  return nodeSource === 'npm' || nodeSource === 'nodejs.org' ? nodeSource : path.resolve(directory, nodeSource);
}

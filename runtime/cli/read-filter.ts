import { compileFilter, type Filter } from '../engine/filter/filter.ts';
import { UserError } from '../errors.ts';

/** `--include` and `--exclude` in the order in which they stand. */
export function readFilter(argv: readonly string[]): Filter {
  const rules = argv.flatMap((argument) => {
    const [, kind, text] = /^--(include|exclude)=(.*)$/is.exec(argument) ?? [];
    return text === undefined ? [] : [{ isInclude: kind!.toLowerCase() === 'include', text }];
  });
  const { platform, env } = process;
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32') {
    throw new UserError(`backups of ${platform} are not made`, 200);
  }
  return compileFilter(rules, { platform, environment: env });
}

import { array, maxLength, nullish, object, pipe, string } from 'valibot';
import { compileFilter } from '../engine/filter/filter.ts';
import { messageOf } from '../errors.ts';
import { type Route, routeWithBody } from '../http/route.ts';
import { wrap } from './envelope.ts';

const texts = nullish(array(pipe(string(), maxLength(4096))));

/** What filters make of paths, for a person who writes them. A rule begins with `-` where it leaves out, with `+` where it takes. */
export function filterRoutes(): Route[] {
  return [
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/filesystem/test-filter',
      body: object({ Paths: texts, Sources: texts, Filters: texts }),
      answer({ body }) {
        const { Paths, Sources, Filters } = body as Sent; // the schema's
        const { platform, env } = process;
        try {
          const rules = (Filters ?? []).map((rule) => ({
            isInclude: !rule.startsWith('-'),
            text: rule.replace(/^[-+]/, ''),
          }));
          const filter = compileFilter(rules, {
            platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
            environment: env,
          });
          const sources = Sources ?? [];
          const judged = (Paths ?? [])
            .filter((path) => sources.some((source) => isWithin(path, source)))
            .map((path) => {
              if (sources.includes(path)) return { Path: path, Included: true, MatchedFilter: null };
              const { verdict, rule } = filter.explain(path);
              const text = rule ? `${rule.isInclude ? '+' : '-'}${rule.text}` : null;
              return { Path: path, Included: verdict === 'include', MatchedFilter: text };
            });
          return wrap(judged);
        } catch (thrown) {
          return { json: { Data: null, Success: false, Error: messageOf(thrown), StatusCode: 'InvalidFilter' } };
        }
      },
    }),
  ];
}

interface Sent {
  Paths?: string[] | null;
  Sources?: string[] | null;
  Filters?: string[] | null;
}

function isWithin(path: string, source: string): boolean {
  const separator = /^(?:[A-Za-z]:|\\\\)/.test(source) ? '\\' : '/';
  const folder = source.endsWith(separator) ? source : source + separator;
  return path === source || path === folder || path.startsWith(folder);
}

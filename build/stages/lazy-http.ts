import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** Exports that Node makes when they are read, with the whole of its web client. Programs have them as globals too. */
const MADE_WHEN_READ = new Set(['WebSocket', 'CloseEvent', 'MessageEvent']);

/**
 * Importing `node:http` lets Node read every export of it (an ES module's view of a builtin is made at once), and three of them load a web
 * client that a server has no use for: some 0.1 s and 5 MB of each start. This asks for the module as `require` does, which reads none.
 */
export const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'lazy-http' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'lazy-http' }, () => {
      const names = Object.keys(createRequire(import.meta.url)('node:http')).filter(
        (name) => !MADE_WHEN_READ.has(name),
      );
      const contents = `const http = process.getBuiltinModule('node:http');
export const { ${names.join(', ')} } = http;
export default http;`;
      return { contents, loader: 'js' };
    });
  },
};

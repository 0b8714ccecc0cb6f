import { createServer } from 'node:http';
import type { ExecutionContext } from 'ava';
import { makeAnswerer, type Site } from '../../../runtime/http/answer.ts';
import type { GateRule } from '../../../runtime/http/gate.ts';
import { openLog } from '../../../runtime/log/log.ts';

export const RULE: GateRule = {
  host: { loopbackOnly: true, allowed: new Set(['backup.example']) },
  origins: new Set(),
  isProxy: () => false,
};

/** Serves a site on a free port until the test ends; its callers are those with `Authorization: Bearer good`. */
export async function serve(t: ExecutionContext, site: Partial<Site>): Promise<{ port: number; said: string[] }> {
  const said: string[] = [];
  const answer = makeAnswerer({
    rule: RULE,
    routes: [],
    findCaller: async ({ headers }) => (headers.authorization === 'Bearer good' ? { session: 'one' } : undefined),
    findFile: () => undefined,
    log: openLog('Verbose', { journal: false, write: (line) => void said.push(line) }),
    ...site,
  });
  const server = createServer({ requireHostHeader: false }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number }; // a TCP server's address
  return { port, said };
}

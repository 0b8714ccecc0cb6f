import test from 'ava';
import type { Route } from '../../../runtime/http/route.ts';
import { compileRoutes } from '../../../runtime/http/route-table.ts';

const row = (method: Route['method'], path: string): Route => ({ method, path, access: 'session', answer: () => ({}) });

test('fixed words win over parameters, and a parameter takes what no word does', (t) => {
  const find = compileRoutes([
    row('GET', '/a/{id}/c'),
    row('GET', '/a/b'),
    row('POST', '/a/{id}'),
    row('GET', '/a/b/d'),
  ]);
  const seen = (method: string, path: string) => {
    const found = find(method, path);
    return found && ('route' in found ? [found.route.path, found.parameters] : found.allow);
  };
  t.deepEqual(seen('GET', '/a/b'), ['/a/b', {}]);
  t.deepEqual(seen('GET', '/A/B'), ['/a/b', {}]);
  t.deepEqual(seen('GET', '/a/b/c'), ['/a/{id}/c', { id: 'b' }]);
  t.deepEqual(seen('POST', '/a/x%20%2F'), ['/a/{id}', { id: 'x /' }]);
  t.deepEqual(seen('PUT', '/a/x'), ['POST']);
  for (const path of ['/', '', '/a', '/a/', '/a//c', '/a/%ff', '/a/b/c/d', '/a/b/'])
    t.is(seen('GET', path), undefined, path);
});

test('two rows for one method and path are a mistake', (t) => {
  t.throws(() => compileRoutes([row('GET', '/a/{id}'), row('GET', '/a/{name}')]), { message: /two routes/ });
});

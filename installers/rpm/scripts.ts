import type { Package, Placement } from '../../build/model/package.ts';
import { renderScriptlets, type Scriptlet } from './scriptlets.ts';
import type { Fields, TAGS } from './tags.ts';

export type Scriptlets = readonly (readonly [name: Scriptlet, body: string])[];

/** The interpreter of every scriptlet. */
export const INTERPRETER = '/bin/sh';
const NAMES: readonly Scriptlet[] = ['pretrans', 'pre', 'post', 'preun', 'postun', 'posttrans'];

/** The scriptlets a package has, without those that have nothing to do. */
export function scriptletsOf(pkg: Package, placement: Placement): Scriptlets {
  const bodies = renderScriptlets(pkg, placement);
  return NAMES.flatMap((name) => (bodies[name] ? [[name, bodies[name]] as const] : []));
}

export function scriptletFields(scriptlets: Scriptlets): Fields<typeof TAGS> {
  const bodies = new Map(scriptlets);
  const prog = (name: Scriptlet) => (bodies.has(name) ? INTERPRETER : undefined);
  return {
    PREIN: bodies.get('pre'),
    PREINPROG: prog('pre'),
    POSTIN: bodies.get('post'),
    POSTINPROG: prog('post'),
    PREUN: bodies.get('preun'),
    PREUNPROG: prog('preun'),
    POSTUN: bodies.get('postun'),
    POSTUNPROG: prog('postun'),
    PRETRANS: bodies.get('pretrans'),
    PRETRANSPROG: prog('pretrans'),
    POSTTRANS: bodies.get('posttrans'),
    POSTTRANSPROG: prog('posttrans'),
  };
}

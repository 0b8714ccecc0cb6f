import type { Route } from './route.ts';

/** What a path stands for: the route of the method, or the methods that it has. */
export type Found = { route: Route; parameters: Record<string, string> } | { allow: readonly string[] };

interface Node {
  children: Map<string, Node>;
  parameter?: { name: string; node: Node };
  routes: Map<string, Route>;
}

const newNode = (): Node => ({ children: new Map(), routes: new Map() });

/**
 * Makes a look-up of a table of routes. Fixed words win over parameters; letters are compared without case, as Duplicati's server
 * does. @throws Error when two rows have the same method and path.
 */
export function compileRoutes(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const root = newNode();
  for (const route of routes) addRoute(root, route);
  return (method, path) => {
    const values: string[] = [];
    const found = findNode(root, path.split('/').slice(1), 0, values);
    if (!found || found.routes.size === 0) return undefined;
    const route = found.routes.get(method);
    if (!route) return { allow: [...found.routes.keys()] };
    const names = [...route.path.matchAll(/\{([a-z-]+)\}/g)].map((match) => match[1]!);
    return { route, parameters: Object.fromEntries(names.map((name, index) => [name, values[index]!])) };
  };
}

function addRoute(root: Node, route: Route): void {
  let node = root;
  for (const part of route.path.split('/').slice(1)) {
    const name = /^\{([a-z-]+)\}$/.exec(part)?.[1];
    if (name !== undefined) {
      node.parameter ??= { name, node: newNode() };
      node = node.parameter.node;
      continue;
    }
    const word = part.toLowerCase();
    const next = node.children.get(word) ?? newNode();
    node.children.set(word, next);
    node = next;
  }
  if (node.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
  node.routes.set(route.method, route);
}

function findNode(node: Node, parts: readonly string[], at: number, values: string[]): Node | undefined {
  const part = parts[at];
  if (part === undefined) return node;
  const before = values.length;
  const fixed = node.children.get(part.toLowerCase());
  if (fixed) {
    const found = findNode(fixed, parts, at + 1, values);
    if (found?.routes.size) return found;
    values.length = before;
  }
  if (!node.parameter || part === '') return undefined;
  const value = decodePart(part);
  if (value === undefined) return undefined;
  values.push(value);
  return findNode(node.parameter.node, parts, at + 1, values);
}

/** One part of a path; undefined when its escapes are not UTF-8. */
function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

import { toJsonSchema } from '@valibot/to-json-schema';
import type { Route } from '../http/route.ts';

const REFUSAL = {
  description: 'Refused; the text says why.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { Error: { type: 'string' }, Code: { type: 'integer' } },
        required: ['Error', 'Code'],
      },
    },
  },
};

/** Describes routes as OpenAPI 3.1 does (https://spec.openapis.org/oas/v3.1.1). @param version of the server. */
export function describeApi(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Backup server', version },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'An access token, from auth/login.' },
        operation: { type: 'apiKey', in: 'query', name: 'token', description: 'From auth/issuetoken; works once.' },
      },
    },
  };
}

function describeRoute({ method, path, access, body }: Route) {
  const words = path.split('/').slice(3);
  const needsToken = access !== 'everybody';
  return {
    operationId: [method.toLowerCase(), ...path.split('/').slice(2)].join('-').replaceAll(/[{}]/g, ''),
    tags: [words[0]?.replace(/s$/, '') ?? 'health'],
    parameters: [...path.matchAll(/\{([a-z-]+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: describeSchema(body) } } } }
      : {}),
    security: needsToken ? [{ [access === 'session' ? 'session' : 'operation']: [] }] : [],
    responses: {
      '2XX': { description: 'Done.' },
      ...(needsToken ? { '401': { description: 'No token, or one that has ended; no text.' } } : {}),
      default: REFUSAL,
    },
  };
}

/** What a body must be. Rules that JSON Schema has no word for are left out: the server refuses what breaks them. */
function describeSchema(body: NonNullable<Route['body']>) {
  const { $schema: _, ...schema } = toJsonSchema(body, { typeMode: 'input', errorMode: 'ignore' });
  return schema;
}

import { Refusal, type Reply, type Route } from '../http/route.ts';

/** Data in the form of the second API. */
export function wrap(data: unknown): Reply {
  return { json: { Data: data, Success: true, Error: null, StatusCode: 'OK' } };
}

/**
 * A route of the second API: what it refuses is told in an envelope with status 200, as Duplicati does.
 */
export function envelope(answer: Route['answer']): Route['answer'] {
  return async (call) => {
    try {
      return await answer(call);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return { json: { Success: false, Error: thrown.message, StatusCode: `HTTP-${thrown.status}` } };
    }
  };
}

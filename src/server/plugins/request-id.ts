import type { Plugin } from 'graphql-yoga';
import { requestIdFrom } from '../request-context.ts';

/** Names every request, by the caller's `x-request-id` or a new one, and says so in the response. */
export function useRequestIds(): { plugin: Plugin; requestIdOf(request: Request): string } {
  const ids = new WeakMap<Request, string>();
  function requestIdOf(request: Request): string {
    const id = ids.get(request) ?? requestIdFrom(request.headers.get('x-request-id'));
    ids.set(request, id);
    return id;
  }
  const plugin: Plugin = {
    onResponse({ request, response }) {
      response.headers.set('x-request-id', requestIdOf(request));
    },
  };
  return { plugin, requestIdOf };
}

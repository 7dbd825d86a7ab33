import type { CallScope } from '../../domain/call-scope.ts';
import { Caller, type CallerOptions } from './caller.ts';
import { createReads } from './reads.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { createWrites } from './writes.ts';

export interface ResellerClientOptions extends TransportOptions, CallerOptions {}

/** The reseller API in domain types. */
export type ResellerClient = ReturnType<typeof createResellerClient>;

export function createResellerClient(options: ResellerClientOptions) {
  const transport = createTransport(options);
  const caller = new Caller(transport, options);
  return {
    ...createReads(caller, options.log),
    ...createWrites(caller),
    /** Obtains a token. Rejects with a GatewayError when there is none; nothing is sent. */
    ready: (scope: CallScope) => caller.ready(scope),
    /** Later reads do not share a call that is already in flight, because its result may be stale. */
    invalidate: () => caller.invalidate(),
    /** Why the API cannot be used, or null. Calls nothing. */
    problem: () => transport.problem(),
    /** Closes all connections; calls in flight fail with UNAVAILABLE. */
    close: () => caller.close(),
  };
}

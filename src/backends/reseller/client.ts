import type { CallScope } from '../../domain/call-scope.ts';
import { Caller, type CallerOptions } from './caller.ts';
import { createReads, type ResellerReads } from './reads.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { createWrites, type ResellerWrites } from './writes.ts';

export interface ResellerClientOptions extends TransportOptions, CallerOptions {}

/** The reseller API in domain types. */
export interface ResellerClient extends ResellerReads, ResellerWrites {
  /** Obtains a token. Rejects with a GatewayError when there is none; nothing is sent. */
  ready(scope: CallScope): Promise<void>;
  /** Later reads do not share a call that is already in flight, because its result may be stale. */
  invalidate(): void;
  /** Why the API cannot be used, or null. Calls nothing. */
  problem(): Promise<string | null>;
  /** Closes all connections; calls in flight fail with UNAVAILABLE. */
  close(): Promise<void>;
}

export function createResellerClient(options: ResellerClientOptions): ResellerClient {
  const transport = createTransport(options);
  const caller = new Caller(transport, options);
  return {
    ...createReads(caller, options.log),
    ...createWrites(caller),
    ready: (scope) => caller.ready(scope),
    invalidate: () => caller.invalidate(),
    problem: () => transport.problem(),
    close: () => caller.close(),
  };
}

import { Caller, type CallerOptions } from './caller.ts';
import { createReads, type ResellerReads } from './reads.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { createWrites, type ResellerWrites } from './writes.ts';

export interface ResellerClientOptions extends TransportOptions, CallerOptions {}

/** The reseller API in the domain's words; one per process, shared by all requests. */
export interface ResellerClient extends ResellerReads, ResellerWrites {
  /** Something changed: reads that begin from now on join none that began before. */
  forget(): void;
  /** Closes every connection; calls under way fail as UNAVAILABLE. */
  close(): Promise<void>;
}

export function createResellerClient(options: ResellerClientOptions): ResellerClient {
  const caller = new Caller(createTransport(options), options);
  return {
    ...createReads(caller, options.log),
    ...createWrites(caller),
    forget: () => caller.forget(),
    close: () => caller.close(),
  };
}

import { pause } from '../domain/call-scope.ts';
import { isPolled, type OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { HeldLease, OperationJournal } from '../store/operations/journal.ts';
import type { Pollers } from './pollers.ts';

export interface LeaseOptions {
  /**
   * How long a lease lasts, in milliseconds. When an instance dies, another one takes over after its
   * leases have expired, at most a third of this time later.
   */
  readonly leaseMs: number;
}

export interface LeasesDeps {
  readonly journal: Pick<OperationJournal, 'claim' | 'lease' | 'renew' | 'latestMany'>;
  readonly pollers: Pollers;
  readonly log: Logger;
  readonly options: LeaseOptions;
}

const MAX_CLAIM = 1000;

/**
 * Holds the leases of this instance: every unfinished operation in the journal is polled by exactly
 * one instance.
 */
export class Leases {
  readonly #deps: LeasesDeps;
  readonly #closing = new AbortController();
  readonly #pending = new Map<string, Promise<void>>();
  #rounds: Promise<void> = Promise.resolve();
  #renewedAt = performance.now();

  constructor(deps: LeasesDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds = this.#run();
  }

  /** Takes the lease of an operation and polls it, unless another instance holds the lease. */
  take(entry: OperationEntry): void {
    const { operationId } = entry.operation;
    if (!isPolled(entry.operation) || this.#closing.signal.aborted) return;
    if (this.#deps.pollers.has(operationId) || this.#pending.has(operationId)) return;
    const taking = this.#take(operationId).finally(() => this.#pending.delete(operationId));
    this.#pending.set(operationId, taking);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#rounds, ...this.#pending.values()]);
  }

  async #take(operationId: string): Promise<void> {
    const { journal, pollers, log, options } = this.#deps;
    try {
      const held = await journal.lease(operationId, options.leaseMs);
      if (held && !this.#closing.signal.aborted) pollers.start(held);
    } catch (err) {
      // One of the following rounds claims the operation.
      log.warn({ err, operation: operationId }, 'lease not taken');
    }
  }

  async #run(): Promise<void> {
    const { log, options } = this.#deps;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#renewAndClaim().catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'lease round failed, retrying');
      });
      await pause(options.leaseMs / 3, signal).catch(() => {});
    }
  }

  async #renewAndClaim(): Promise<void> {
    const { journal, pollers } = this.#deps;
    // Pollers that start during the renewal are not in its result.
    const polled = pollers.ids();
    const held = await this.#renew(polled);
    const stillHeld = new Set(held.map(({ operationId }) => operationId));
    for (const id of polled) if (!stillHeld.has(id)) pollers.stop(id);
    // A lease without a poller would keep every instance from polling the operation.
    const unpolled = held.filter(({ operationId }) => !pollers.has(operationId));
    const entries = await journal.latestMany(unpolled.map(({ operationId }) => operationId));
    for (const [n, { ageMs, trace }] of unpolled.entries()) {
      const entry = entries[n];
      if (entry) pollers.start({ entry, ageMs, trace }, 'SPREAD');
    }
    await this.#claim();
  }

  async #renew(polled: readonly string[]): Promise<readonly HeldLease[]> {
    const { journal, pollers, options } = this.#deps;
    const renewedAt = performance.now();
    try {
      const held = await journal.renew(options.leaseMs);
      this.#renewedAt = renewedAt;
      return held;
    } catch (error) {
      const isExpired = performance.now() - this.#renewedAt > options.leaseMs;
      // Another instance may be polling them by now.
      if (isExpired) for (const id of polled) pollers.stop(id);
      throw error;
    }
  }

  async #claim(): Promise<void> {
    const { journal, pollers, options } = this.#deps;
    const claimed = await journal.claim(MAX_CLAIM, options.leaseMs);
    for (const held of claimed) pollers.start(held, 'SPREAD');
  }
}

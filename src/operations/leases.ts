import { randomUUID } from 'node:crypto';
import { pause } from '../domain/call-scope.ts';
import type { OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';
import type { Pollers } from './poller.ts';
import type { Starts } from './start.ts';

export interface LeaseOptions {
  /**
   * How long a lease lasts, in milliseconds. When an instance dies, another one takes over after its
   * leases have expired, at most a third of this time later.
   */
  readonly leaseMs: number;
  /** Age in milliseconds at which a start without a recorded response counts as interrupted. */
  readonly interruptedAfterMs: number;
}

export interface LeasesDeps {
  readonly journal: Pick<OperationJournal, 'claim' | 'lease' | 'renew' | 'latestMany'>;
  readonly pollers: Pollers;
  readonly starts: Pick<Starts, 'recover'>;
  readonly log: Logger;
  readonly options: LeaseOptions;
}

const MAX_CLAIM = 1000;

/**
 * Holds the leases of this instance: every unfinished operation in the journal is polled by exactly
 * one instance. Also repeats interrupted starts.
 */
export class Leases {
  readonly #deps: LeasesDeps;
  readonly #closing = new AbortController();
  readonly #pending = new Map<string, Promise<void>>();
  #rounds: Promise<unknown> = Promise.resolve();
  #renewedAt = performance.now();

  constructor(deps: LeasesDeps) {
    this.#deps = deps;
  }

  start(): void {
    // Two loops: a backend that does not answer a repeated start must not delay the renewals.
    this.#rounds = Promise.all([
      this.#repeat(() => this.#renewAndClaim(), 'lease round failed, retrying'),
      this.#repeat(() => this.#recover(), 'recovery round failed, retrying'),
    ]);
  }

  /** Takes the lease of an operation and polls it, unless another instance holds the lease. */
  take(entry: OperationEntry): void {
    const { operationId, done } = entry.operation;
    if (done || this.#closing.signal.aborted) return;
    if (this.#deps.pollers.has(operationId) || this.#pending.has(operationId)) return;
    const taking = this.#take(entry).finally(() => this.#pending.delete(operationId));
    this.#pending.set(operationId, taking);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#rounds, ...this.#pending.values()]);
  }

  async #take(entry: OperationEntry): Promise<void> {
    const { journal, pollers, log, options } = this.#deps;
    const { operationId } = entry.operation;
    try {
      const isHeld = await journal.lease(operationId, options.leaseMs);
      if (isHeld && !this.#closing.signal.aborted) pollers.start(entry);
    } catch (err) {
      // One of the following rounds claims the operation.
      log.warn({ err, operation: operationId }, 'lease not taken');
    }
  }

  async #repeat(round: () => Promise<void>, failure: string): Promise<void> {
    const { log, options } = this.#deps;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await round().catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, failure);
      });
      await pause(options.leaseMs / 3, signal).catch(() => {});
    }
  }

  async #renewAndClaim(): Promise<void> {
    const { journal, pollers } = this.#deps;
    // Pollers that start during the renewal are not in its result.
    const polled = pollers.ids();
    const held = await this.#renew(polled);
    const stillHeld = new Set(held);
    for (const id of polled) if (!stillHeld.has(id)) pollers.stop(id);
    const unpolled = held.filter((id) => !pollers.has(id));
    // A lease without a poller would keep every instance from polling the operation.
    for (const entry of await journal.latestMany(unpolled)) if (entry) pollers.start(entry);
    await this.#claim();
  }

  async #renew(polled: readonly string[]): Promise<readonly string[]> {
    const { journal, pollers, options } = this.#deps;
    try {
      const held = await journal.renew(options.leaseMs);
      this.#renewedAt = performance.now();
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
    for (const entry of await journal.claim(MAX_CLAIM, options.leaseMs)) pollers.start(entry);
  }

  async #recover(): Promise<void> {
    const { starts, options } = this.#deps;
    const scope = { signal: this.#closing.signal, requestId: randomUUID() };
    const recovered = await starts.recover(options.interruptedAfterMs, scope);
    if (recovered.length > 0) await this.#claim();
  }
}

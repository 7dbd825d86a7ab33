import { pause } from '../domain/call-scope.ts';
import { isPolled, type OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';
import type { Pollers } from './pollers.ts';

export interface LeaseOptions {
  /**
   * How long the lease of an instance lasts, in milliseconds. When an instance dies, another one takes
   * over after its lease has expired, at most a third of this time later.
   */
  readonly leaseMs: number;
}

export interface LeasesDeps {
  readonly journal: Pick<OperationJournal, 'claim' | 'take' | 'renew' | 'held' | 'holdings'>;
  readonly pollers: Pollers;
  readonly log: Logger;
  readonly options: LeaseOptions;
}

/** Operations that are taken over, or checked, in one round. */
const MAX_OPERATIONS = 1000;

/**
 * Keeps the lease of this instance, and polls the operations that it holds: every unfinished operation
 * in the journal is polled by exactly one instance.
 */
export class Leases {
  readonly #deps: LeasesDeps;
  readonly #closing = new AbortController();
  readonly #pending = new Map<string, Promise<void>>();
  #rounds: Promise<void> = Promise.resolve();
  #renewedAt = performance.now();
  /** The number of the last operation that was checked. */
  #checked = 0;

  constructor(deps: LeasesDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds = this.#run();
  }

  /** Takes an operation and polls it, unless another instance holds it. */
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
    const { journal, pollers, log } = this.#deps;
    try {
      const held = await journal.take(operationId);
      if (held && !this.#closing.signal.aborted) pollers.start(held);
    } catch (err) {
      // One of the following rounds claims the operation.
      log.warn({ err, operation: operationId }, 'operation not taken');
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
    if ((await this.#renew()) === 'TAKEN') await this.#stopLost();
    await this.#pollUnpolled();
    for (const held of await journal.claim(MAX_OPERATIONS)) pollers.start(held, 'SPREAD');
  }

  async #renew(): Promise<'RENEWED' | 'TAKEN'> {
    const { journal, pollers, options } = this.#deps;
    const renewedAt = performance.now();
    try {
      const renewal = await journal.renew(options.leaseMs);
      this.#renewedAt = renewedAt;
      return renewal;
    } catch (error) {
      const isExpired = performance.now() - this.#renewedAt > options.leaseMs;
      // Another instance may be polling them by now.
      if (isExpired) for (const id of pollers.ids()) pollers.stop(id);
      throw error;
    }
  }

  /** Stops polling what other instances have taken while the lease had expired. */
  async #stopLost(): Promise<void> {
    const { journal, pollers } = this.#deps;
    // An operation is held before it is polled: those that are polled from now on need no check.
    const lost = new Set(pollers.ids());
    for (let after = 0; lost.size > 0; ) {
      const held = await journal.held(after, MAX_OPERATIONS);
      for (const { operationId } of held) lost.delete(operationId);
      const last = held.at(-1);
      if (!last) break;
      after = last.number;
    }
    for (const id of lost) pollers.stop(id);
  }

  /**
   * Polls what this instance holds without polling it, such as an operation whose start was stored
   * although the database did not say so: no instance would poll it otherwise. Each round checks the
   * operations that follow those of the last one.
   */
  async #pollUnpolled(): Promise<void> {
    const { journal, pollers } = this.#deps;
    const held = await journal.held(this.#checked, MAX_OPERATIONS);
    const unpolled = held.filter(({ operationId }) => !pollers.has(operationId));
    for (const holding of await journal.holdings(unpolled.map(({ number }) => number))) {
      pollers.start(holding, 'SPREAD');
    }
    this.#checked = held.length < MAX_OPERATIONS ? 0 : (held.at(-1)?.number ?? 0);
  }
}

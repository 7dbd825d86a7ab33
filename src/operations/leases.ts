import { randomUUID } from 'node:crypto';
import { pause } from '../domain/call-scope.ts';
import type { Logger } from '../log.ts';
import type { DurableJournal } from '../store/operations/journal.ts';
import type { Pollers } from './poller.ts';
import type { Starts } from './start.ts';

export interface KeeperOptions {
  /**
   * How long a lease lasts, in milliseconds. Another instance takes over what a dead one polled when
   * it is over, at the latest a third of it later.
   */
  readonly leaseMs: number;
  /** Age at which a start without an answer counts as interrupted, in milliseconds. */
  readonly interruptedAfterMs: number;
}

export interface KeeperDeps {
  readonly journal: Pick<DurableJournal, 'claim' | 'renew' | 'latestMany'>;
  readonly pollers: Pollers;
  readonly starts: Pick<Starts, 'recover'>;
  readonly log: Logger;
  readonly options: KeeperOptions;
}

const CLAIMED_AT_ONCE = 1000;

/**
 * Sees to it that every unfinished operation of the journal is polled by exactly one instance, and
 * that interrupted starts are repeated: at the beginning, and again and again.
 */
export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #closing = new AbortController();
  #rounds: Promise<unknown> = Promise.resolve();
  #renewedAt = performance.now();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  start(): void {
    // Side by side: a backend that does not answer a repeated start must not cost the leases.
    this.#rounds = Promise.all([
      this.#inRounds(() => this.#keepLeases()),
      this.#inRounds(() => this.#recover()),
    ]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  async #inRounds(work: () => Promise<void>): Promise<void> {
    const { log, options } = this.#deps;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await work().catch((error: unknown) => {
        if (signal.aborted) return;
        log.warn(
          { err: error },
          'operations were not looked after; they will be in the next round',
        );
      });
      await pause(options.leaseMs / 3, signal).catch(() => {});
    }
  }

  async #keepLeases(): Promise<void> {
    const { journal, pollers } = this.#deps;
    // Those that are leased while this is under way are not in its answer.
    const kept = pollers.kept();
    const held = await this.#renew(kept);
    const stillHeld = new Set(held);
    for (const id of kept) if (!stillHeld.has(id)) pollers.drop(id);
    const unkept = held.filter((id) => !pollers.isKept(id));
    // A lease that nobody polls for would keep the operation from all instances.
    for (const entry of await journal.latestMany(unkept)) if (entry) pollers.keep(entry);
    await this.#claim();
  }

  async #renew(kept: readonly string[]): Promise<readonly string[]> {
    const { journal, pollers, options } = this.#deps;
    try {
      const held = await journal.renew(options.leaseMs);
      this.#renewedAt = performance.now();
      return held;
    } catch (error) {
      const areOver = performance.now() - this.#renewedAt > options.leaseMs;
      // By now another instance may poll them.
      if (areOver) for (const id of kept) pollers.drop(id);
      throw error;
    }
  }

  async #claim(): Promise<void> {
    const { journal, pollers, options } = this.#deps;
    for (const entry of await journal.claim(CLAIMED_AT_ONCE, options.leaseMs)) pollers.keep(entry);
  }

  async #recover(): Promise<void> {
    const { starts, options } = this.#deps;
    const scope = { signal: this.#closing.signal, requestId: randomUUID() };
    const recovered = await starts.recover(options.interruptedAfterMs, scope);
    if (recovered.length > 0) await this.#claim();
  }
}

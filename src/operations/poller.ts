import { randomUUID } from 'node:crypto';
import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { type Operation, type OperationEntry, withKnown } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from './journal.ts';

export interface PollerOptions {
  /** Delay between the first polls, in milliseconds; it grows from there. */
  readonly intervalMs: number;
  /** The delay never grows above this while somebody watches. */
  readonly maxIntervalMs: number;
  /** The delay grows up to this while nobody does; at once when the last watcher has left. */
  readonly idleIntervalMs: number;
  /** How long the API may say NOT_FOUND before the operation counts as lost. */
  readonly lostAfterMs: number;
  /** The age at which an operation that has not ended counts as lost. */
  readonly maxAgeMs: number;
}

export interface PollerDeps {
  readonly billing: Pick<BillingClient, 'getOperation'>;
  readonly journal: OperationJournal;
  readonly log: Logger;
  readonly options: PollerOptions;
}

const GROWTH = 1.5;
const NOT_FOUND = 5;

interface Poller {
  readonly controller: AbortController;
  /** Whether there were watchers, and all have left. */
  isLeft: boolean;
  /** Ends the pause before the next poll, for it to be thought over. */
  nudge: () => void;
}

/**
 * Reads unfinished operations again until they are done: one poller per operation, not per watcher,
 * and only for those whose lease this instance holds.
 */
export class Pollers {
  readonly #deps: PollerDeps;
  readonly #running = new Map<string, Poller>();
  readonly #watchers = new Map<string, number>();

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  /** How many operations are being polled now. */
  get size(): number {
    return this.#running.size;
  }

  /** The ids of the operations that are being polled now. */
  kept(): string[] {
    return [...this.#running.keys()];
  }

  isKept(operationId: string): boolean {
    return this.#running.has(operationId);
  }

  /** Has an operation polled until it is done. */
  keep(latest: OperationEntry): void {
    const id = latest.operation.operationId;
    if (this.#running.has(id) || latest.operation.done) return;
    const controller = new AbortController();
    const running: Poller = { controller, isLeft: false, nudge: () => {} };
    this.#running.set(id, running);
    const { signal } = controller;
    this.#poll(latest, running, { signal, requestId: randomUUID() })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#deps.log.error({ err: error, operation: id }, 'poller failed');
      })
      .finally(() => {
        if (this.#running.get(id) === running) this.#running.delete(id);
      });
  }

  /** Polls no more: another instance does. */
  drop(operationId: string): void {
    this.#running.get(operationId)?.controller.abort();
    this.#running.delete(operationId);
  }

  /**
   * Says that somebody watches: then it is polled at a watcher's pace, beginning at once. Gives the
   * way to say that it is over; saying so twice is saying it once.
   */
  hold(operationId: string): () => void {
    const watchers = (this.#watchers.get(operationId) ?? 0) + 1;
    this.#watchers.set(operationId, watchers);
    if (watchers === 1) this.#thinkOver(operationId, false);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#watchers.get(operationId) ?? 1) - 1;
      if (left > 0) return void this.#watchers.set(operationId, left);
      this.#watchers.delete(operationId);
      this.#thinkOver(operationId, true);
    };
  }

  close(): void {
    for (const id of this.kept()) this.drop(id);
  }

  #thinkOver(operationId: string, isLeft: boolean): void {
    const running = this.#running.get(operationId);
    if (!running) return;
    running.isLeft = isLeft;
    running.nudge();
  }

  async #poll(started: OperationEntry, running: Poller, scope: CallScope): Promise<void> {
    const { options } = this.#deps;
    const endsAt = started.firstSeenAt.getTime() + options.maxAgeMs;
    let latest = started.operation;
    let missingSince: number | null = null;
    for (let n = 0; !scope.signal.aborted; n++) {
      const reading = await this.#read(latest, scope);
      if (scope.signal.aborted) return;
      missingSince = reading === 'missing' ? (missingSince ?? performance.now()) : null;
      const isLost =
        missingSince !== null && performance.now() - missingSince > options.lostAfterMs;
      const isTooOld = reading !== 'failed' && !isDone(reading) && Date.now() > endsAt;
      const why = isLost ? FORGOTTEN : isTooOld ? TOO_OLD : null;
      const state = why ? lost(latest, why) : readingState(reading, latest);
      latest = (await this.#record(state)) ?? latest;
      if (latest.done) return;
      const given = typeof reading === 'object' ? reading.pollIntervalMs : null;
      if (
        (await this.#pause(latest.operationId, running, { n, given }, scope.signal)) === 'watched'
      ) {
        n = -1;
      }
    }
  }

  /** Waits for the next poll; or until somebody begins to watch, for whom it is now. */
  async #pause(
    id: string,
    running: Poller,
    { n, given }: { n: number; given: number | null },
    signal: AbortSignal,
  ): Promise<'over' | 'watched'> {
    const { options } = this.#deps;
    for (;;) {
      const isWatched = this.#watchers.has(id);
      const idle = running.isLeft ? options.idleIntervalMs : idleDelay(n, options);
      const delay = isWatched ? (given ?? backoff(n, options)) : Math.max(given ?? 0, idle);
      const nudged = await pause(delay, signal, running);
      if (!nudged) return 'over';
      if (!isWatched && this.#watchers.has(id)) return 'watched';
    }
  }

  /** Outages are waited out: whatever goes wrong, the next poll may go right. */
  async #read({ operationId, kind }: Operation, scope: CallScope) {
    try {
      return (await this.#deps.billing.getOperation(operationId, kind, scope)) ?? 'missing';
    } catch (error) {
      if (!scope.signal.aborted) {
        this.#deps.log.warn({ err: error, operation: operationId }, 'operation could not be read');
      }
      return 'failed';
    }
  }

  /** Gives the state that now is the latest; null when there is nothing to record or it failed. */
  async #record(state: Operation | null): Promise<Operation | null> {
    if (!state) return null;
    const { operationId } = state;
    try {
      const { operation } = await this.#deps.journal.append(state);
      return operation;
    } catch (error) {
      this.#deps.log.error({ err: error, operation: operationId }, 'operation not journaled');
      return null;
    }
  }
}

type Reading = Awaited<ReturnType<BillingClient['getOperation']>>;

function readingState(
  reading: NonNullable<Reading> | 'missing' | 'failed',
  latest: Operation,
): Operation | null {
  return typeof reading === 'object' ? withKnown(reading.operation, latest.metadata) : null;
}

const FORGOTTEN = 'The billing API no longer knows this operation; how it ended is unknown.';
const TOO_OLD = 'The operation took too long and is no longer looked at; how it ends is unknown.';

/** It ends here, and says so, instead of running for ever. */
function lost(operation: Operation, message: string): Operation {
  return {
    ...operation,
    done: true,
    result: { type: 'failure', code: NOT_FOUND, message, details: [] },
  };
}

/** Grows from the interval to the cap; a fifth of it is left to chance, so that pollers spread. */
function backoff(n: number, { intervalMs, maxIntervalMs }: PollerOptions): number {
  return Math.min(maxIntervalMs, intervalMs * GROWTH ** n) * (0.8 + Math.random() * 0.2);
}

/** With nobody watching it doubles: what takes long takes longer still. */
function idleDelay(n: number, { intervalMs, idleIntervalMs }: PollerOptions): number {
  return Math.min(idleIntervalMs, intervalMs * 2 ** n) * (0.8 + Math.random() * 0.2);
}

function isDone(reading: NonNullable<Reading> | 'missing' | 'failed'): boolean {
  return typeof reading === 'object' && reading.operation.done;
}

/** True when it was nudged before its time; an abort ends it like the time does. */
function pause(ms: number, signal: AbortSignal, running: Poller): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isNudged: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      running.nudge = () => {};
      resolve(isNudged);
    };
    const over = (): void => end(false);
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over, { once: true });
    running.nudge = () => end(true);
  });
}

import { randomUUID } from 'node:crypto';
import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { type Operation, type OperationEntry, withKnown } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';

export interface PollerOptions {
  /** Delay between the first polls, in milliseconds; it grows from there. */
  readonly intervalMs: number;
  /** Longest delay of a watched operation. */
  readonly maxIntervalMs: number;
  /** Longest delay of an operation without watchers; used at once when the last watcher leaves. */
  readonly idleIntervalMs: number;
  /** How long the API may return NOT_FOUND before the operation counts as lost. */
  readonly lostAfterMs: number;
  /** Age at which an unfinished operation counts as lost. */
  readonly maxAgeMs: number;
}

export interface PollerDeps {
  readonly billing: Pick<BillingClient, 'getOperation'>;
  readonly journal: Pick<OperationJournal, 'append'>;
  readonly log: Logger;
  readonly options: PollerOptions;
}

const GROWTH = 1.5;
const NOT_FOUND = 5;

interface Poller {
  readonly controller: AbortController;
  /** Whether the operation had watchers and all of them have left. */
  isAbandoned: boolean;
  /** Interrupts the pause before the next poll, so that the delay is computed again. */
  interrupt: () => void;
}

/** Polls the unfinished operations whose lease this instance holds: one poller per operation. */
export class Pollers {
  readonly #deps: PollerDeps;
  readonly #running = new Map<string, Poller>();
  readonly #watchers = new Map<string, number>();

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  /** Number of operations that are being polled. */
  get size(): number {
    return this.#running.size;
  }

  ids(): string[] {
    return [...this.#running.keys()];
  }

  has(operationId: string): boolean {
    return this.#running.has(operationId);
  }

  /** Polls an operation until it is done. Does nothing when it is done or being polled. */
  start(latest: OperationEntry): void {
    const id = latest.operation.operationId;
    if (this.#running.has(id) || latest.operation.done) return;
    const controller = new AbortController();
    const running: Poller = { controller, isAbandoned: false, interrupt: () => {} };
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

  stop(operationId: string): void {
    this.#running.get(operationId)?.controller.abort();
    this.#running.delete(operationId);
  }

  /**
   * Polls the operation at a watcher's pace, starting at once, until the returned function is called.
   * Further calls of that function do nothing.
   */
  watch(operationId: string): () => void {
    const watchers = (this.#watchers.get(operationId) ?? 0) + 1;
    this.#watchers.set(operationId, watchers);
    if (watchers === 1) this.#changePace(operationId, false);
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      const left = (this.#watchers.get(operationId) ?? 1) - 1;
      if (left > 0) return void this.#watchers.set(operationId, left);
      this.#watchers.delete(operationId);
      this.#changePace(operationId, true);
    };
  }

  close(): void {
    for (const id of this.ids()) this.stop(id);
  }

  #changePace(operationId: string, isAbandoned: boolean): void {
    const running = this.#running.get(operationId);
    if (!running) return;
    running.isAbandoned = isAbandoned;
    running.interrupt();
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
      const why = isLost ? NOT_THERE : isTooOld ? TOO_OLD : null;
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

  /** Waits for the next poll. The first watcher ends the wait early. */
  async #pause(
    id: string,
    running: Poller,
    { n, given }: { n: number; given: number | null },
    signal: AbortSignal,
  ): Promise<'elapsed' | 'watched'> {
    const { options } = this.#deps;
    for (;;) {
      const isWatched = this.#watchers.has(id);
      const idle = running.isAbandoned ? options.idleIntervalMs : idleDelay(n, options);
      const delay = isWatched ? (given ?? backoff(n, options)) : Math.max(given ?? 0, idle);
      const isInterrupted = await interruptiblePause(delay, signal, running);
      if (!isInterrupted) return 'elapsed';
      if (!isWatched && this.#watchers.has(id)) return 'watched';
    }
  }

  /** A failed poll changes nothing: the next one may succeed. */
  async #read({ operationId, kind }: Operation, scope: CallScope) {
    try {
      return (await this.#deps.billing.getOperation(operationId, kind, scope)) ?? 'missing';
    } catch (error) {
      if (!scope.signal.aborted) {
        this.#deps.log.warn({ err: error, operation: operationId }, 'operation poll failed');
      }
      return 'failed';
    }
  }

  /** Returns the latest state; null when there is nothing to record or recording failed. */
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

const NOT_THERE = 'The billing API no longer returns this operation; its outcome is unknown.';
const TOO_OLD = 'The operation ran too long and is no longer polled; its outcome is unknown.';

/** The final state of an operation whose outcome cannot be found out. */
function lost(operation: Operation, message: string): Operation {
  return {
    ...operation,
    done: true,
    result: { type: 'failure', code: NOT_FOUND, message, details: [] },
  };
}

/** Grows from the interval to the maximum, with 20 % jitter so that pollers spread out. */
function backoff(n: number, { intervalMs, maxIntervalMs }: PollerOptions): number {
  return Math.min(maxIntervalMs, intervalMs * GROWTH ** n) * (0.8 + Math.random() * 0.2);
}

/** Without watchers the delay doubles. */
function idleDelay(n: number, { intervalMs, idleIntervalMs }: PollerOptions): number {
  return Math.min(idleIntervalMs, intervalMs * 2 ** n) * (0.8 + Math.random() * 0.2);
}

function isDone(reading: NonNullable<Reading> | 'missing' | 'failed'): boolean {
  return typeof reading === 'object' && reading.operation.done;
}

/** Resolves with true when it was interrupted, and with false after `ms` or an abort. */
function interruptiblePause(ms: number, signal: AbortSignal, running: Poller): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isInterrupted: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', elapse);
      running.interrupt = () => {};
      resolve(isInterrupted);
    };
    const elapse = (): void => end(false);
    const timer = setTimeout(elapse, ms);
    signal.addEventListener('abort', elapse, { once: true });
    running.interrupt = () => end(true);
  });
}

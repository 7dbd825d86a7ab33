import { randomUUID } from 'node:crypto';
import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../backends/call.ts';
import { type Operation, type OperationEntry, withKnown } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/journal.ts';
import type { WakeUps } from './wake-up.ts';

export interface PollerOptions {
  /** Delay between the first polls, in milliseconds; it grows from there. */
  readonly intervalMs: number;
  /** The delay never grows above this. */
  readonly maxIntervalMs: number;
  /** How long the API may say NOT_FOUND before the operation counts as lost. */
  readonly lostAfterMs: number;
}

export interface PollerDeps {
  readonly billing: Pick<BillingClient, 'getOperation'>;
  readonly journal: OperationJournal;
  readonly wakeUps: WakeUps;
  readonly log: Logger;
  readonly options: PollerOptions;
}

const GROWTH = 1.5;
const NOT_FOUND = 5;

/** Reads unfinished operations again until they are done: one poller per operation, not per watcher. */
export class Pollers {
  readonly #deps: PollerDeps;
  readonly #running = new Map<string, { watchers: number; controller: AbortController }>();

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  /** How many operations are being polled now. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Has `latest` polled until it is done or the last holder has released it. Releasing twice is
   * releasing once.
   */
  hold(latest: OperationEntry): () => void {
    const id = latest.operation.operationId;
    const running = this.#running.get(id) ?? this.#start(latest);
    running.watchers++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      running.watchers--;
      if (running.watchers > 0) return;
      running.controller.abort();
      if (this.#running.get(id) === running) this.#running.delete(id);
    };
  }

  close(): void {
    for (const { controller } of this.#running.values()) controller.abort();
    this.#running.clear();
  }

  #start(latest: OperationEntry): { watchers: number; controller: AbortController } {
    const id = latest.operation.operationId;
    const running = { watchers: 0, controller: new AbortController() };
    this.#running.set(id, running);
    const { signal } = running.controller;
    this.#poll(latest.operation, { signal, requestId: randomUUID() })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#deps.log.error({ err: error, operation: id }, 'poller failed');
      })
      .finally(() => {
        if (this.#running.get(id) === running) this.#running.delete(id);
      });
    return running;
  }

  async #poll(started: Operation, scope: CallScope): Promise<void> {
    const { options } = this.#deps;
    let latest = started;
    let missingSince: number | null = null;
    for (let n = 0; !scope.signal.aborted; n++) {
      const reading = await this.#read(latest, scope);
      if (scope.signal.aborted) return;
      missingSince = reading === 'missing' ? (missingSince ?? performance.now()) : null;
      const isLost =
        missingSince !== null && performance.now() - missingSince > options.lostAfterMs;
      latest =
        (await this.#record(isLost ? lost(latest) : readingState(reading, latest))) ?? latest;
      if (latest.done) return;
      const given = typeof reading === 'object' ? reading.pollIntervalMs : null;
      await pause(given ?? backoff(n, options), scope.signal);
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
      this.#deps.wakeUps.wake(operationId);
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

/** The API forgot the operation: it ends here, and says so, instead of running for ever. */
function lost(operation: Operation): Operation {
  const message = 'The billing API no longer knows this operation; how it ended is unknown.';
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

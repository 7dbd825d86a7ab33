import { randomUUID } from 'node:crypto';
import type { BillingClient, OperationReading } from '../backends/billing/client.ts';
import { GatewayError } from '../domain/error.ts';
import {
  type HeldOperation,
  isPolled,
  type Operation,
  type OperationEntry,
  withKnown,
} from '../domain/operation.ts';
import { operationLost, pollEnded } from '../domain/telemetry.ts';
import { inTrace, type TraceContext } from '../domain/tracing.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';
import { isSameState } from '../store/operations/readings.ts';
import { type Pace, type PollDelays, pollDelay, untilTick } from './poll-delays.ts';
import type { PollSlots } from './poll-slots.ts';
import { assertRequested } from './readings.ts';

export interface PollerOptions extends PollDelays {
  /** How long the API may return NOT_FOUND before the operation becomes LOST, in milliseconds. */
  readonly lostAfterMs: number;
  /** Age at which an unfinished operation becomes LOST and is no longer polled, in milliseconds. */
  readonly maxAgeMs: number;
}

export interface PollerDeps {
  readonly billing: Pick<BillingClient, 'getOperation'>;
  readonly journal: Pick<OperationJournal, 'appendPolled'>;
  readonly slots: PollSlots;
  readonly log: Logger;
  readonly options: PollerOptions;
}

/**
 * SPREAD delays the first poll of an unwatched operation by up to the poll interval, at random. LATER
 * is for an operation whose state was just read: the first poll follows after the first interval, and
 * at once when a watcher arrives.
 */
export type FirstPoll = 'NOW' | 'SPREAD' | 'LATER';

type WaitEnd = 'ELAPSED' | 'INTERRUPTED';

type Answer = OperationReading | 'MISSING' | 'FAILED';

/** Polls one operation while this instance holds it. */
export class Poller {
  readonly #deps: PollerDeps;
  readonly #operationId: string;
  readonly #controller = new AbortController();
  readonly #requestId = randomUUID();
  readonly #trace: TraceContext | null | undefined;
  /** The time, by performance.now(), at which the operation was first seen. */
  readonly #firstSeenAt: number;
  #latest: OperationEntry;
  /** Whether `#latest` is what the journal has, as far as this instance knows. */
  #isCurrent = true;
  #watching: Exclude<Pace, 'LOST'>;
  #missingSince: number | null = null;
  /** Ends the delay before the next poll, so that it is computed again. */
  #wake: ((end: WaitEnd) => void) | null = null;

  constructor(deps: PollerDeps, { entry, ageMs, trace }: HeldOperation, isWatched: boolean) {
    this.#trace = trace;
    this.#deps = deps;
    this.#operationId = entry.operation.operationId;
    this.#latest = entry;
    this.#firstSeenAt = performance.now() - ageMs;
    this.#watching = isWatched ? 'WATCHED' : 'UNWATCHED';
  }

  /** Resolves when the operation is no longer polled here; never rejects after `stop`. */
  async run(first: FirstPoll): Promise<void> {
    const { signal } = this.#controller;
    if (first === 'SPREAD' && this.#watching !== 'WATCHED') {
      await this.#delay(Math.random() * this.#deps.options.intervalMs);
    }
    let n = first === 'LATER' ? await this.#pause(0, null) : 0;
    while (!signal.aborted) {
      const answer = await inTrace(this.#trace, { name: 'poll operation' }, () => this.#round());
      if (signal.aborted || answer === 'ENDED') return;
      n = await this.#pause(n, typeof answer === 'object' ? answer.pollIntervalMs : null);
    }
  }

  /** Polls once and stores what changed. ENDED when the operation is no longer polled here. */
  async #round(): Promise<Answer | 'ENDED'> {
    const requestedAfter = this.#latest.sequence;
    const answer = await this.#poll();
    if (this.#controller.signal.aborted) return 'ENDED';
    const state = this.#stateAfter(answer);
    const isNew =
      state !== null && !(this.#isCurrent && isSameState(this.#latest.operation, state));
    return isNew && !(await this.#append(state, requestedAfter)) ? 'ENDED' : answer;
  }

  stop(): void {
    this.#controller.abort();
  }

  /** The journal has a further state, or may have one. */
  changed(): void {
    this.#isCurrent = false;
  }

  /** Changes the pace. The first watcher has the operation polled at once. */
  setWatched(isWatched: boolean): void {
    this.#watching = isWatched ? 'WATCHED' : 'ABANDONED';
    if (isWatched) this.#deps.slots.prioritise(this);
    this.#wake?.('INTERRUPTED');
  }

  /** A failed poll changes nothing: the next one may succeed. */
  async #poll(): Promise<Answer> {
    const { billing, slots } = this.#deps;
    const { signal } = this.#controller;
    const id = this.#operationId;
    const { kind } = this.#latest.operation;
    const isWatched = this.#watching === 'WATCHED';
    try {
      const reading = await slots.run(this, { isWatched, signal }, () =>
        billing.getOperation(id, kind, { signal, requestId: this.#requestId }),
      );
      if (reading) assertRequested(reading.operation, id);
      pollEnded.publish(reading ? 'FOUND' : 'MISSING');
      return reading ?? 'MISSING';
    } catch (err) {
      if (!signal.aborted) {
        pollEnded.publish('FAILED');
        this.#logFailure(err);
      }
      return 'FAILED';
    }
  }

  /** While billing cannot be reached, thousands of polls fail without a call. */
  #logFailure(err: unknown): void {
    const level = err instanceof GatewayError && err.nothingSent ? 'debug' : 'warn';
    this.#deps.log[level]({ err, operation: this.#operationId }, 'operation poll failed');
  }

  /** The state to append after a poll; null when there is none. */
  #stateAfter(answer: Answer): Operation | null {
    const { lostAfterMs, maxAgeMs } = this.#deps.options;
    const now = performance.now();
    this.#missingSince = answer === 'MISSING' ? (this.#missingSince ?? now) : null;
    if (answer === 'FAILED') return null;
    const latest = this.#latest.operation;
    const isDone = answer !== 'MISSING' && answer.operation.done;
    if (!isDone && now - this.#firstSeenAt > maxAgeMs) return { ...latest, lost: 'GIVEN_UP' };
    if (answer !== 'MISSING') return withKnown(answer.operation, latest.metadata);
    const isLost = this.#missingSince !== null && now - this.#missingSince > lostAfterMs;
    return isLost && !latest.lost ? { ...latest, lost: 'STILL_POLLED' } : null;
  }

  /** Returns whether to go on polling. A state that could not be stored is read again. */
  async #append(state: Operation, requestedAfter: number): Promise<boolean> {
    const { journal, log } = this.#deps;
    const operation = this.#operationId;
    // Before the journal answers: what changes meanwhile is not in its answer.
    this.#isCurrent = true;
    try {
      const { outcome, entry } = await journal.appendPolled(state, requestedAfter);
      if (outcome === 'LEASE_LOST') {
        log.warn({ operation }, 'operation state not stored: the lease was lost');
        return false;
      }
      this.#logLoss(entry.operation);
      this.#latest = entry;
    } catch (err) {
      log.error({ err, operation }, 'operation state not stored, polling again');
    }
    return isPolled(this.#latest.operation);
  }

  #logLoss({ operationId, lost }: Operation): void {
    if (!lost || lost === this.#latest.operation.lost) return;
    const { log } = this.#deps;
    operationLost.publish(lost);
    const fields = { operation: operationId };
    if (lost === 'STILL_POLLED') log.warn(fields, 'operation lost: billing no longer returns it');
    else log.warn(fields, 'operation lost: it reached the maximum age and is no longer polled');
  }

  /** Waits for the next poll and returns its number; the first watcher ends the wait. */
  async #pause(n: number, requestedMs: number | null): Promise<number> {
    for (;;) {
      const watching = this.#watching;
      const pace = this.#latest.operation.lost ? 'LOST' : watching;
      const ms = pollDelay(pace, n, requestedMs, this.#deps.options);
      const end = await this.#delay(pace === 'WATCHED' ? ms : untilTick(performance.now(), ms));
      if (end === 'ELAPSED') return n + 1;
      if (watching !== 'WATCHED' && this.#watching === 'WATCHED') return 0;
    }
  }

  #delay(ms: number): Promise<WaitEnd> {
    const { signal } = this.#controller;
    const { promise, resolve } = Promise.withResolvers<WaitEnd>();
    const elapse = (): void => resolve('ELAPSED');
    const timer = setTimeout(elapse, ms);
    signal.addEventListener('abort', elapse, { once: true });
    // Not a new function: V8 keeps one that is assigned to a property until its next full collection.
    this.#wake = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', elapse);
      this.#wake = null;
    });
  }
}

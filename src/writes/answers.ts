import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { writeSettled } from '../domain/telemetry.ts';
import {
  OutcomeUnknown,
  type WriteAnswer,
  type WriteFailure,
  type WriteRecord,
} from '../domain/write.ts';
import type { Logger } from '../log.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, WriteStore } from '../store/writes/write-store.ts';
import type { Background } from './background.ts';
import { NotCarriedOut } from './not-carried-out.ts';
import type { Conduct } from './write-spec.ts';

/** How long a mutation waits for its answer to be stored before it returns, in milliseconds. */
const STORE_WAIT_MS = 500;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

export interface AnswersDeps {
  readonly store: WriteStore;
  readonly log: Logger;
  readonly background: Background;
  readonly sendWithinMs: number;
}

/** Stores what became of an attempt, and turns it into the answer of the mutation. */
export class Answers {
  readonly #deps: AnswersDeps;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
  }

  /** DONE: returns the answer as soon as it is stored, and after a short wait even if it is not. */
  async done<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    answer: A,
  ): Promise<WriteAnswer<T>> {
    const storing = this.#deps.background.track(this.#store(conduct, stored, holder, answer));
    const value = await resultWithin(STORE_WAIT_MS, storing);
    const write: WriteRecord = { ...stored.record, outcome: 'DONE', failure: null };
    writeSettled.publish({ mutation: write.mutation, outcome: 'DONE' });
    return { value: value ?? conduct.provisional(stored, answer), write, replayed: false };
  }

  /** REFUSED: reported only after it is on disk. */
  async refused<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    error: unknown,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const { record } = stored;
    const isStored = await this.#persist(record, scope, error, () =>
      this.#deps.store.refuse(record.id, holder, failureOf(error)),
    );
    writeSettled.publish({ mutation: record.mutation, outcome: 'REFUSED' });
    if (isStored) throw error;
    return this.fromRecord(conduct, record, scope);
  }

  /** @returns the error to throw: nothing was sent, or the outcome is unknown */
  async withdrawn(
    write: NewWrite,
    holder: string,
    scope: CallScope,
    cause: unknown,
  ): Promise<GatewayError> {
    const message = "The gateway's database was too slow, so nothing was sent; try again.";
    const failure = new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    const record = recordOf(write);
    const isStored = await this.#persist(record, scope, failure, () =>
      this.#deps.store.withdraw(write, holder, failureOf(failure)),
    );
    writeSettled.publish({ mutation: record.mutation, outcome: isStored ? 'REFUSED' : 'UNKNOWN' });
    return isStored ? failure : new OutcomeUnknown(record, cause);
  }

  /** REFUSED, because the vendor's state shows that the write had no effect. */
  async absent({ record }: StoredWrite, holder: string): Promise<never> {
    const { store } = this.#deps;
    const absent = new NotCarriedOut();
    const failure = failureOf(absent);
    try {
      // Only a write that no attempt holds can be settled.
      await store.unknown(record.id, holder, failure);
      if (await store.settle(record.id, 'REFUSED', failure)) {
        writeSettled.publish({ mutation: record.mutation, outcome: 'REFUSED' });
        throw absent;
      }
    } catch (error) {
      throw error === absent ? absent : new OutcomeUnknown(record, error);
    }
    throw new OutcomeUnknown(record);
  }

  async unknown(stored: StoredWrite, holder: string, failure: unknown): Promise<never> {
    const { store, log } = this.#deps;
    const { id, mutation } = stored.record;
    log.warn({ err: failure, write: id, mutation }, 'outcome of a write is unknown');
    writeSettled.publish({ mutation, outcome: 'UNKNOWN' });
    await store.unknown(id, holder, failureOf(failure)).catch((err: unknown) => {
      // The hold expires by itself, and recovery takes over.
      log.warn({ err, write: id }, 'unknown outcome not stored');
    });
    throw new OutcomeUnknown({ ...stored.record, outcome: 'UNKNOWN' }, failure);
  }

  /** The answer that the record holds by now. */
  async fromRecord<A, T>(
    conduct: Conduct<A, T>,
    record: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const stored = await this.#deps.store.get(record.id).catch(() => null);
    return this.of(conduct, stored?.record ?? record, scope);
  }

  async of<A, T>(
    conduct: Conduct<A, T>,
    record: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    if (record.outcome === 'DONE') return this.replayed(conduct, record, scope);
    if (record.outcome === 'REFUSED' && record.failure) {
      throw new GatewayError(record.failure.code, record.failure.message);
    }
    throw new OutcomeUnknown(record);
  }

  async replayed<A, T>(
    conduct: Conduct<A, T>,
    write: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    return { value: await conduct.current(write, scope), write, replayed: true };
  }

  /** Tries until the answer is stored, and keeps the hold meanwhile so that recovery stays away. */
  async #store<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    answer: A,
  ): Promise<T> {
    const { store, log, background, sendWithinMs } = this.#deps;
    const holdMs = sendWithinMs + conduct.timeoutMs;
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
      try {
        return await conduct.store(stored, answer);
      } catch (err) {
        log.warn({ err, write: stored.record.id }, 'answer of a write not stored, retrying');
      }
      // At shutdown, too, until its time is up.
      await pause(backoff, background.closed);
      await store.extend(stored.record.id, { holder, holdMs }).catch(() => {});
    }
  }

  /**
   * Stores a refusal, trying again until the client's deadline, and after it in the background.
   * @throws OutcomeUnknown when it is not on disk by then
   */
  async #persist(
    record: WriteRecord,
    scope: CallScope,
    cause: unknown,
    store: () => Promise<boolean>,
  ): Promise<boolean> {
    const { background } = this.#deps;
    const storing = background.track(this.#retry(record, store));
    const ending = AbortSignal.any([scope.signal, background.closing]);
    try {
      return await abortable(storing, ending);
    } catch (error) {
      if (ending.aborted) throw new OutcomeUnknown(record, cause);
      throw error;
    }
  }

  async #retry(record: WriteRecord, store: () => Promise<boolean>): Promise<boolean> {
    const { log, background } = this.#deps;
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
      try {
        return await store();
      } catch (err) {
        log.warn({ err, write: record.id }, 'outcome of a write not stored, retrying');
        await pause(backoff, background.closing);
      }
    }
  }
}

/** Null when the work takes longer than that. */
function resultWithin<T>(ms: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, null);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function failureOf(error: unknown): WriteFailure {
  if (error instanceof GatewayError) return { code: error.code, message: error.message };
  return { code: 'INTERNAL_SERVER_ERROR', message: 'The gateway failed; its log has the cause.' };
}

/** A record that may not be on disk. */
function recordOf(write: NewWrite): WriteRecord {
  const { id, viewer, agent, mutation, target, input, idempotencyKey, requestId } = write;
  return {
    ...{ id, viewer, agent, mutation, target, input, idempotencyKey, requestId },
    ...{ number: 0, outcome: 'PENDING', failure: null, operationId: null, settledAt: null },
    recordedAt: new Date(),
  };
}

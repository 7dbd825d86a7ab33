import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { abortSignalOf } from '../domain/cancellation.ts';
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

export type Answers = ReturnType<typeof createAnswers>;

/** Stores what became of an attempt, and turns it into the answer of the mutation. */
export function createAnswers({ store, log, background, sendWithinMs }: AnswersDeps) {
  /** DONE: returns the answer as soon as it is stored, and after a short wait even if it is not. */
  async function done<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    answer: A,
  ): Promise<WriteAnswer<T>> {
    const storing = background.track(storeAnswer(conduct, stored, holder, answer));
    const value = await resultWithin(STORE_WAIT_MS, storing);
    const write: WriteRecord = { ...stored.record, outcome: 'DONE', failure: null };
    writeSettled.publish({ mutation: write.mutation, outcome: 'DONE' });
    return { value: value ?? conduct.provisional(stored, answer), write, replayed: false };
  }

  /** REFUSED: reported only after it is on disk. */
  async function refused<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    error: unknown,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const { record } = stored;
    const isStored = await persist(record, scope, error, () =>
      store.refuse(record.id, holder, failureOf(error)),
    );
    writeSettled.publish({ mutation: record.mutation, outcome: 'REFUSED' });
    if (isStored) throw error;
    return fromRecord(conduct, record, scope);
  }

  /** @returns the error to throw: nothing was sent, or the outcome is unknown */
  async function withdrawn(
    write: NewWrite,
    holder: string,
    scope: CallScope,
    cause: unknown,
  ): Promise<GatewayError> {
    const message = "The gateway's database was too slow, so nothing was sent; try again.";
    const failure = new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    const record = recordOf(write);
    const isStored = await persist(record, scope, failure, () =>
      store.withdraw(write, holder, failureOf(failure)),
    );
    writeSettled.publish({ mutation: record.mutation, outcome: isStored ? 'REFUSED' : 'UNKNOWN' });
    return isStored ? failure : new OutcomeUnknown(record, cause);
  }

  /** REFUSED, because the vendor's state shows that the write had no effect. */
  async function absent({ record }: StoredWrite, holder: string): Promise<never> {
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

  async function unknown(stored: StoredWrite, holder: string, failure: unknown): Promise<never> {
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
  async function fromRecord<A, T>(
    conduct: Conduct<A, T>,
    record: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const stored = await store.get(record.id).catch(() => null);
    return of(conduct, stored?.record ?? record, scope);
  }

  async function of<A, T>(
    conduct: Conduct<A, T>,
    record: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    if (record.outcome === 'DONE') return replayed(conduct, record, scope);
    if (record.outcome === 'REFUSED' && record.failure) {
      throw new GatewayError(record.failure.code, record.failure.message);
    }
    throw new OutcomeUnknown(record);
  }

  async function replayed<A, T>(
    conduct: Conduct<A, T>,
    write: WriteRecord,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    return { value: await conduct.current(write, scope), write, replayed: true };
  }

  /** Tries until the answer is stored, and keeps the hold meanwhile so that recovery stays away. */
  async function storeAnswer<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    holder: string,
    answer: A,
  ): Promise<T> {
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
  async function persist(
    record: WriteRecord,
    scope: CallScope,
    cause: unknown,
    storeRefusal: () => Promise<boolean>,
  ): Promise<boolean> {
    const storing = background.track(retry(record, storeRefusal));
    const ending = AbortSignal.any([abortSignalOf(scope.signal), background.closing]);
    try {
      return await abortable(storing, ending);
    } catch (error) {
      if (ending.aborted) throw new OutcomeUnknown(record, cause);
      throw error;
    }
  }

  async function retry(
    record: WriteRecord,
    storeRefusal: () => Promise<boolean>,
  ): Promise<boolean> {
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
      try {
        return await storeRefusal();
      } catch (err) {
        log.warn({ err, write: record.id }, 'outcome of a write not stored, retrying');
        await pause(backoff, background.closing);
      }
    }
  }

  return { done, refused, withdrawn, absent, unknown, fromRecord, of, replayed };
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

import { randomUUID } from 'node:crypto';
import { abortable, type CallScope, pause, settledSoon } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { OutcomeUnknown, type WriteAnswer } from '../domain/write.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, WriteStore } from '../store/writes/write-store.ts';
import type { Answers } from './answers.ts';
import type { Background } from './background.ts';
import { NotCarriedOut } from './not-carried-out.ts';
import type { Conduct } from './write-spec.ts';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

export interface AttemptsDeps {
  readonly store: Pick<WriteStore, 'claim' | 'extend'>;
  readonly answers: Answers;
  readonly background: Background;
  readonly sendWithinMs: number;
}

/** The first attempt of a write that was just recorded. */
export interface FirstAttempt {
  readonly write: NewWrite;
  readonly holder: string;
  /** When the record was asked for, by the monotonic clock. */
  readonly askedAt: number;
  readonly scope: CallScope;
}

export type Attempts = ReturnType<typeof createAttempts>;

/** Sends calls of recorded writes: the first one, and repeats with the same key. */
export function createAttempts({ store, answers, background, sendWithinMs }: AttemptsDeps) {
  async function first<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    first: FirstAttempt,
  ): Promise<WriteAnswer<T>> {
    const { write, holder, scope } = first;
    if (!(await mayLeave(conduct, stored, first))) {
      throw await answers.withdrawn(write, holder, scope, null);
    }
    const deadline = performance.now() + conduct.timeoutMs;
    let answer: A;
    try {
      answer = await send(conduct, stored, deadline, scope);
    } catch (error) {
      if (conduct.isRefusal(error)) return answers.refused(conduct, stored, holder, error, scope);
      return resolve(conduct, stored, { holder, deadline, failure: error, scope });
    }
    return answers.done(conduct, stored, holder, answer);
  }

  /**
   * Repeats a write without an outcome, or reads back what became of it.
   * @returns null when the write has an outcome, was superseded, or is held by another attempt
   * @throws NotCarriedOut when the vendor's state shows that; the write is REFUSED then
   */
  async function again<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T> | null> {
    const holder = randomUUID();
    const deadline = performance.now() + conduct.timeoutMs;
    const claimed = await claim(conduct, write, holder, deadline);
    if (!claimed) return null;
    if (conduct.readBack) {
      const failure = new GatewayError('DEADLINE_EXCEEDED', 'The answer was not received.');
      return resolve(conduct, claimed, { holder, deadline, failure, scope });
    }
    let answer: A;
    try {
      answer = await send(conduct, claimed, deadline, scope);
    } catch (error) {
      return resolve(conduct, claimed, { holder, deadline, failure: error, scope });
    }
    return answers.done(conduct, claimed, holder, answer);
  }

  /**
   * Whether a recorded call may leave. When the database or this process was slow, its hold is
   * extended first: later, the record could have been superseded.
   */
  async function mayLeave<A, T>(
    conduct: Conduct<A, T>,
    { record }: StoredWrite,
    { holder, askedAt, scope }: FirstAttempt,
  ): Promise<boolean> {
    const hold = { holder, holdMs: sendWithinMs + conduct.timeoutMs, signal: scope.signal };
    for (let asked = askedAt; performance.now() - asked >= sendWithinMs; ) {
      asked = performance.now();
      const isHeld = await store.extend(record.id, hold).catch(() => false);
      if (!isHeld) return false;
    }
    return true;
  }

  /** Finds out the outcome within the deadline, by repeats or by reading back. */
  async function resolve<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    state: {
      readonly holder: string;
      readonly deadline: number;
      readonly failure: unknown;
      readonly scope: CallScope;
    },
  ): Promise<WriteAnswer<T>> {
    const { holder, deadline } = state;
    let { failure } = state;
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
      if (background.closing.aborted) throw new OutcomeUnknown(stored.record, failure);
      // A refused repeat says nothing about the first attempt.
      if (!conduct.readBack && conduct.isRefusal(failure)) break;
      if (performance.now() + backoff >= deadline) break;
      await pause(backoff * (0.5 + Math.random() / 2), background.closing).catch(() => {});
      try {
        const answer = await findOut(conduct, stored, state);
        if (answer) return answer;
      } catch (error) {
        if (error instanceof OutcomeUnknown || error instanceof NotCarriedOut) throw error;
        failure = error;
      }
    }
    return answers.unknown(stored, holder, failure);
  }

  /** Null when it is not known yet. */
  async function findOut<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    { holder, deadline, scope }: { holder: string; deadline: number; scope: CallScope },
  ): Promise<WriteAnswer<T> | null> {
    const { readBack } = conduct;
    if (readBack) {
      const found = await within(deadline, scope, (inner) => readBack(stored, inner));
      if (found.type === 'done') return answers.done(conduct, stored, holder, found.answer);
      return found.type === 'absent' ? answers.absent(stored, holder) : null;
    }
    const claimed = await claim(conduct, stored, holder, deadline);
    if (!claimed) return answers.fromRecord(conduct, stored.record, scope);
    const answer = await send(conduct, claimed, deadline, scope);
    return answers.done(conduct, stored, holder, answer);
  }

  function send<A, T>(
    conduct: Conduct<A, T>,
    stored: StoredWrite,
    deadline: number,
    scope: CallScope,
  ): Promise<A> {
    return within(deadline, scope, (inner) => conduct.attempt(stored, inner));
  }

  /** Runs detached from the client, which may leave: the answer would be lost. */
  async function within<R>(
    deadline: number,
    { requestId, lane, countCall }: CallScope,
    run: (scope: CallScope) => Promise<R>,
  ): Promise<R> {
    const { closing } = background;
    // Not AbortSignal.timeout(): its timer would go on, and fire, after each call that was answered.
    const controller = new AbortController();
    const { signal } = controller;
    const expire = (): void => controller.abort(new DOMException('too late', 'TimeoutError'));
    const end = (): void => controller.abort(closing.reason);
    const timer = setTimeout(expire, Math.max(1, deadline - performance.now()));
    closing.addEventListener('abort', end, { once: true });
    if (closing.aborted) end();
    const counted = countCall ? { countCall } : {};
    const running = run({ signal, requestId, lane, ...counted });
    try {
      return await abortable(running, signal);
    } catch (error) {
      // The call may know that it never left.
      const outcome = signal.aborted ? await settledSoon(running) : null;
      if (outcome?.status === 'fulfilled') return outcome.value;
      throw outcome ? outcome.reason : error;
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', end);
    }
  }

  /** Null when the write has an outcome, was superseded, or is held by another attempt. */
  async function claim<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    holder: string,
    deadline: number,
  ): Promise<StoredWrite | null> {
    const askedAt = performance.now();
    const left = Math.max(0, deadline - askedAt);
    const claimed = await store.claim(write, {
      holder,
      holdMs: sendWithinMs + Math.min(conduct.timeoutMs, left),
      signal: AbortSignal.timeout(sendWithinMs),
    });
    if (performance.now() - askedAt < sendWithinMs) return claimed;
    throw new GatewayError('UNAVAILABLE', 'The database took too long to let a repeat leave.');
  }

  return { first, again };
}

import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { abortSignalOf, type CancelSignal } from '../domain/cancellation.ts';
import { GatewayError } from '../domain/error.ts';
import { OutcomeUnknown, type WriteAnswer, type WriteRecord } from '../domain/write.ts';
import type { Logger } from '../log.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, RelatedWrites, WriteStore } from '../store/writes/write-store.ts';
import { type Answers, createAnswers } from './answers.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { Background } from './background.ts';
import { type Beginnings, createBeginnings } from './beginnings.ts';
import { type Decision, decide } from './decision.ts';
import { describe, keyConflict, linkTaken } from './new-write.ts';
import { NotCarriedOut } from './not-carried-out.ts';
import type { Conduct, WriteCaller, WriteSpec } from './write-spec.ts';

export interface WriteOptions {
  /** A call leaves only within this time after its record was submitted, in milliseconds. */
  readonly sendWithinMs: number;
  /** How long a new write waits while too many others are on their way, in milliseconds. */
  readonly queueMs: number;
  /** How long the vendor is assumed to keep an idempotency key, in milliseconds. */
  readonly keyWindowMs: number;
}

export interface WriteEngineDeps {
  readonly store: WriteStore;
  readonly log: Logger;
  readonly options: WriteOptions;
  /** Whether an outcome was delivered to a client, although this may not be stored yet. */
  isDelivered(writeId: string): boolean;
  /** Stores which outcomes were delivered, in the transaction of the commit that follows. */
  storeDeliveries(): void;
}

/** Pauses between looks at a write that another attempt holds, in milliseconds. */
const LOOK_MS = 100;
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Carries out writes: records each one before its call leaves, sends it, and stores the answer before
 * it is returned. docs/writes.md describes the states and the guarantees.
 */
export class WriteEngine {
  readonly #deps: WriteEngineDeps;
  readonly #background = new Background();
  readonly #answers: Answers;
  readonly #attempts: Attempts;
  readonly #beginnings: Beginnings;

  constructor(deps: WriteEngineDeps) {
    const { store, log, options } = deps;
    const shared = { store, background: this.#background, sendWithinMs: options.sendWithinMs };
    this.#deps = deps;
    this.#answers = createAnswers({ ...shared, log });
    this.#attempts = createAttempts({ ...shared, answers: this.#answers });
    this.#beginnings = createBeginnings({
      ...{ ...shared, answers: this.#answers, attempts: this.#attempts },
      queueMs: options.queueMs,
      storeDeliveries: () => deps.storeDeliveries(),
      decide: (write, related) => this.#decide(write, related),
    });
  }

  /**
   * @throws OutcomeUnknown when the call may have reached the vendor; any other GatewayError when
   *   nothing was begun
   */
  async run<A, T>(
    spec: WriteSpec<A, T>,
    caller: WriteCaller,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    scope.signal.throwIfAborted();
    this.#background.closing.throwIfAborted();
    for (let isChecked = spec.check === null; ; ) {
      const write = describe(spec, caller, scope);
      const begun = await this.#beginnings.begin(spec, write, isChecked, scope);
      switch (begun.type) {
        case 'begun':
          return this.#within(begun.sending, begun.record, scope.signal);
        case 'check':
          await spec.check?.();
          isChecked = true;
          break;
        case 'wait':
          await this.#waitFor(begun.write, scope.signal);
          break;
        case 'unavailable':
          return this.#answerOnRecord(spec.conduct, write, begun.error, scope);
        default: {
          const answer = await this.#answerEarlier(spec.conduct, begun, write, scope);
          if (answer) return answer;
        }
      }
    }
  }

  /**
   * Repeats a write without an outcome, or reads back what became of it.
   * @throws NotCarriedOut when the vendor's state shows that; the write is REFUSED then
   */
  async continue<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const answer = await this.#again(conduct, write, scope);
    return answer ?? this.#answers.fromRecord(conduct, write.record, scope);
  }

  async #again<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T> | null> {
    const continuing = this.#background.track(this.#attempts.again(conduct, write, scope));
    const answer = await this.#within(continuing, write.record, scope.signal);
    return answer && { ...answer, replayed: true };
  }

  /** As `continue`, and when another attempt was faster, waits for what that finds out. */
  async #repeat<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    const answer = await this.#again(conduct, write, scope);
    if (answer) return answer;
    const latest = (await this.#deps.store.get(write.record.id).catch(() => null)) ?? write;
    if (latest.heldForMs > 0) return this.#join(conduct, latest, scope);
    return this.#answers.of(conduct, latest.record, scope);
  }

  /** Waits until every answer that a vendor gave is stored, at most 3 seconds. */
  close(): Promise<void> {
    return this.#background.close(CLOSE_TIMEOUT_MS);
  }

  /** While the vendor cannot be called, a write that is on record is still answered. */
  async #answerOnRecord<A, T>(
    conduct: Conduct<A, T>,
    write: NewWrite,
    error: unknown,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    if (scope.signal.aborted) throw error;
    const decision = this.#decide(write, await this.#deps.store.related(write));
    if (decision === 'record' || decision.type === 'wait' || decision.type === 'continue') {
      throw error;
    }
    const answer = await this.#answerEarlier(conduct, decision, write, scope);
    if (answer) return answer;
    throw error;
  }

  #decide(write: NewWrite, related: RelatedWrites): 'record' | Decision {
    const { options, isDelivered } = this.#deps;
    return decide(write, related, { keyWindowMs: options.keyWindowMs, isDelivered });
  }

  /** Null when the earlier write was found to have had no effect: the request is a new one then. */
  async #answerEarlier<A, T>(
    conduct: Conduct<A, T>,
    decision: Exclude<Decision, { type: 'wait' }>,
    { linkTo }: NewWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T> | null> {
    switch (decision.type) {
      case 'join':
        return this.#join(conduct, decision.write, scope);
      case 'continue':
        return this.#repeat(conduct, decision.write, scope).catch((error: unknown) => {
          if (error instanceof NotCarriedOut) return null;
          throw error;
        });
      case 'replay':
        return this.#answers.replayed(conduct, decision.write.record, scope);
      case 'unknown':
        throw new OutcomeUnknown(decision.write.record);
      case 'keyConflict':
        throw keyConflict();
      case 'linkConflict':
        throw linkTaken(linkTo);
    }
  }

  /** Waits for the outcome of a write that another attempt holds. */
  async #join<A, T>(
    conduct: Conduct<A, T>,
    write: StoredWrite,
    scope: CallScope,
  ): Promise<WriteAnswer<T>> {
    let latest: StoredWrite = write;
    while (latest.heldForMs > 0) {
      await pause(LOOK_MS, scope.signal).catch(() => {
        throw new OutcomeUnknown(latest.record);
      });
      // While the database is unavailable, the last look stands.
      latest = (await this.#deps.store.get(write.record.id).catch(() => null)) ?? latest;
    }
    if (latest.record.outcome === 'PENDING') return this.#repeat(conduct, latest, scope);
    return this.#answers.of(conduct, latest.record, scope);
  }

  /** Waits until no attempt holds another write on the target. */
  async #waitFor(other: StoredWrite, signal: CancelSignal): Promise<void> {
    const ending = AbortSignal.any([abortSignalOf(signal), this.#background.closing]);
    try {
      let latest: StoredWrite | null = other;
      while (latest && latest.heldForMs > 0) {
        await pause(Math.min(latest.heldForMs, LOOK_MS), ending);
        // While the database is unavailable, the last look stands.
        latest = await this.#deps.store.get(other.record.id).catch(() => other);
      }
    } catch (cause) {
      const message = 'Another change of this object is in progress; nothing was sent. Try again.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    }
  }

  /** A client whose deadline passes meanwhile learns that the outcome is unknown. */
  async #within<T>(answering: Promise<T>, record: WriteRecord, signal: CancelSignal): Promise<T> {
    try {
      return await abortable(answering, signal);
    } catch (error) {
      throw signal.aborted && error === signal.reason ? new OutcomeUnknown(record, error) : error;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { Gate } from '../domain/gate.ts';
import { OutcomeUnknown, type WriteAnswer, type WriteRecord } from '../domain/write.ts';
import type { Logger } from '../log.ts';
import { CommitUnknownError, isCommitUnknown } from '../store/database/failure.ts';
import { requestHash } from '../store/writes/request-hash.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, RelatedWrites, WriteStore } from '../store/writes/write-store.ts';
import { Answers } from './answers.ts';
import { Attempts } from './attempts.ts';
import { Background } from './background.ts';
import { type Decision, decide } from './decision.ts';
import { NotCarriedOut } from './not-carried-out.ts';
import type { Conduct, Vendor, WriteCaller, WriteSpec } from './write-spec.ts';

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
}

/** Pauses between looks at a write that another attempt holds, in milliseconds. */
const LOOK_MS = 100;
/**
 * Writes that are on their way to one vendor at once, from the record to the stored answer. The
 * others wait before they ask the database: in a burst, the first ones are answered while the last
 * ones wait, instead of all of them running into their deadline together.
 */
const MAX_ON_THEIR_WAY = 48;
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Carries out writes: records each one before its call leaves, sends it, and stores the answer before
 * it is returned. docs/writes.md describes the states and the guarantees.
 */
export class WriteEngine {
  readonly #deps: WriteEngineDeps;
  readonly #background = new Background();
  readonly #gates: Readonly<Record<Vendor, Gate>> = {
    billing: new Gate(MAX_ON_THEIR_WAY),
    reseller: new Gate(MAX_ON_THEIR_WAY),
  };
  readonly #answers: Answers;
  readonly #attempts: Attempts;

  constructor(deps: WriteEngineDeps) {
    const { store, log, options } = deps;
    const shared = { store, background: this.#background, sendWithinMs: options.sendWithinMs };
    this.#deps = deps;
    this.#answers = new Answers({ ...shared, log });
    this.#attempts = new Attempts({ ...shared, answers: this.#answers });
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
      // Anew after a wait: the other write may have changed what the snapshot holds.
      const write = await this.#prepare(spec, caller, scope);
      if ('value' in write) return write;
      const begun = await this.#begin(spec.conduct, write, isChecked, scope);
      if ('sending' in begun) return this.#within(begun.sending, begun.record, scope.signal);
      if (begun.type === 'check') {
        await spec.check?.();
        isChecked = true;
      } else if (begun.type === 'wait') {
        await this.#waitFor(begun.write, scope.signal);
      } else {
        const answer = await this.#answerEarlier(spec.conduct, begun, write, scope);
        if (answer) return answer;
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
    const continuing = this.#background.track(this.#attempts.again(conduct, write, scope));
    const answer = await this.#within(continuing, write.record, scope.signal);
    return { ...answer, replayed: true };
  }

  /** Waits until every answer that a vendor gave is stored, at most 3 seconds. */
  close(): Promise<void> {
    return this.#background.close(CLOSE_TIMEOUT_MS);
  }

  /**
   * Describes the write once the vendor can be called. While it cannot, a write that is on record is
   * still answered.
   */
  async #prepare<A, T>(
    spec: WriteSpec<A, T>,
    caller: WriteCaller,
    scope: CallScope,
  ): Promise<NewWrite | WriteAnswer<T>> {
    const write = describe(spec, caller, scope);
    try {
      await spec.ready(scope);
      return { ...write, snapshot: await spec.snapshot(scope) };
    } catch (error) {
      if (scope.signal.aborted) throw error;
      const decision = this.#decide(write, await this.#deps.store.related(write));
      if (decision === 'record' || decision.type === 'wait' || decision.type === 'continue') {
        throw error;
      }
      const answer = await this.#answerEarlier(spec.conduct, decision, write, scope);
      if (answer) return answer;
      throw error;
    }
  }

  /** Records a write and lets its call leave, or returns what to do instead. */
  async #begin<A, T>(
    conduct: Conduct<A, T>,
    write: NewWrite,
    isChecked: boolean,
    scope: CallScope,
  ): Promise<Begun<T> | Decision | { readonly type: 'check' }> {
    const leave = await this.#enter(conduct.vendor, scope.signal);
    let sending: Promise<WriteAnswer<T>> | undefined;
    try {
      const holder = randomUUID();
      const askedAt = performance.now();
      const decision = await this.#record(write, { holder, isChecked }, conduct, scope);
      if (!('record' in decision)) return decision;
      sending = this.#background.track(
        this.#attempts.first(conduct, decision, { write, holder, askedAt, scope }),
      );
      return { sending, record: decision.record };
    } finally {
      if (sending) sending.then(leave, leave);
      else leave();
    }
  }

  /** Waits for its turn, but not so long that no time would be left to send the write. */
  async #enter(vendor: Vendor, signal: AbortSignal): Promise<() => void> {
    const gate = this.#gates[vendor];
    if (!gate.isFull) return gate.enter(signal);
    const timeout = AbortSignal.timeout(this.#deps.options.queueMs);
    const ending = AbortSignal.any([signal, this.#background.closing, timeout]);
    return gate.enter(ending).catch((cause: unknown) => {
      const message = 'Too many changes are in progress, so nothing was sent; try again.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    });
  }

  async #record<A, T>(
    write: NewWrite,
    { holder, isChecked }: { readonly holder: string; readonly isChecked: boolean },
    conduct: Conduct<A, T>,
    scope: CallScope,
  ): Promise<StoredWrite | Decision | { readonly type: 'check' }> {
    const { store, options } = this.#deps;
    const holdMs = options.sendWithinMs + conduct.timeoutMs;
    const recording = this.#background.track(
      store.record(write, { holder, holdMs, signal: scope.signal }, (related) => {
        const decision = this.#decide(write, related);
        return decision === 'record' && !isChecked ? { type: 'check' as const } : decision;
      }),
    );
    try {
      return await submitted(recording, scope.signal);
    } catch (error) {
      if (!isCommitUnknown(error)) throw nothingSent(error);
      // The record may be on disk: recovery must not send it after the client received a refusal.
      throw await this.#answers.withdrawn(write, holder, scope, error);
    }
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
        return this.continue(conduct, decision.write, scope).catch((error: unknown) => {
          if (error instanceof NotCarriedOut) return null;
          throw error;
        });
      case 'replay':
        return this.#answers.replayed(conduct, decision.write.record, scope);
      case 'unknown':
        throw new OutcomeUnknown(decision.write.record);
      case 'keyConflict':
        throw conflict('This idempotency key was used for a different request; use a new key.');
      case 'linkConflict':
        throw conflict(`Another operation in progress will link the reseller customer ${linkTo}.`);
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
    if (latest.record.outcome === 'PENDING') return this.continue(conduct, latest, scope);
    return this.#answers.of(conduct, latest.record, scope);
  }

  /** Waits until no attempt holds another write on the target. */
  async #waitFor(other: StoredWrite, signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([signal, this.#background.closing]);
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
  async #within<T>(
    answering: Promise<WriteAnswer<T>>,
    record: WriteRecord,
    signal: AbortSignal,
  ): Promise<WriteAnswer<T>> {
    try {
      return await abortable(answering, signal);
    } catch (error) {
      throw signal.aborted && error === signal.reason ? new OutcomeUnknown(record, error) : error;
    }
  }
}

interface Begun<T> {
  readonly sending: Promise<WriteAnswer<T>>;
  readonly record: WriteRecord;
}

function describe<A, T>(
  spec: WriteSpec<A, T>,
  { viewer, agent, idempotencyKey }: WriteCaller,
  { requestId }: CallScope,
): NewWrite {
  const { mutation, target, serialiseOn, request, input, linkTo } = spec;
  return {
    ...{ mutation, target, serialiseOn, request, input, linkTo, viewer, agent, requestId },
    id: randomUUID(),
    requestHash: requestHash(request),
    snapshot: null,
    idempotencyKey: idempotencyKey ?? randomUUID(),
    isKeyGiven: idempotencyKey !== null,
    upstreamKey: randomUUID(),
  };
}

/** After the client's deadline, a record that may have been submitted is not waited for. */
async function submitted<T>(recording: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(recording, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    // A record that was still waiting for its turn has been cancelled by the same signal.
    const soon = new Promise<null>((resolve) => setImmediate(resolve, null));
    const cancelled = recording.then(
      () => null,
      (cause: unknown) => ({ cause }),
    );
    const outcome = await Promise.race([cancelled, soon]);
    if (outcome && !isCommitUnknown(outcome.cause)) throw outcome.cause;
    throw new CommitUnknownError(error);
  }
}

/** A failure before the call left. */
function nothingSent(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'UNAVAILABLE') return error;
  const message = "The gateway's database is unavailable, so nothing was sent; try again.";
  return new GatewayError('UNAVAILABLE', message, { retryable: true, cause: error });
}

function conflict(message: string): GatewayError {
  return new GatewayError('CONFLICT', message);
}

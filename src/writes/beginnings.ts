import { randomUUID } from 'node:crypto';
import { abortable, type CallScope, settledSoon } from '../domain/call-scope.ts';
import { abortSignalOf, type CancelSignal } from '../domain/cancellation.ts';
import { GatewayError } from '../domain/error.ts';
import { Gate } from '../domain/gate.ts';
import type { WriteAnswer, WriteRecord } from '../domain/write.ts';
import { CommitUnknownError, isCommitUnknown } from '../store/database/failure.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, RelatedWrites, WriteStore } from '../store/writes/write-store.ts';
import type { Answers } from './answers.ts';
import type { Attempts } from './attempts.ts';
import type { Background } from './background.ts';
import type { Decision } from './decision.ts';
import type { Conduct, Vendor, WriteSpec } from './write-spec.ts';

/**
 * Writes that are on their way to one vendor at once, from the record to the stored answer. The
 * others wait before they ask the database: in a burst, the first ones are answered while the last
 * ones wait, instead of all of them running into their deadline together.
 */
const MAX_ON_THEIR_WAY = 48;

export interface BeginningsDeps {
  readonly store: Pick<WriteStore, 'record'>;
  readonly background: Background;
  readonly answers: Answers;
  readonly attempts: Attempts;
  readonly sendWithinMs: number;
  /** How long a new write waits while too many others are on their way, in milliseconds. */
  readonly queueMs: number;
  decide(write: NewWrite, related: RelatedWrites): 'record' | Decision;
  /** See WriteEngineDeps. */
  storeDeliveries(): void;
}

/** How far a write came at its turn. */
export type Beginning<T> =
  | Begun<T>
  | Decision
  /** The write must be checked before it is recorded. */
  | { readonly type: 'check' }
  /** The vendor cannot be called. */
  | { readonly type: 'unavailable'; readonly error: unknown };

interface Begun<T> {
  readonly type: 'begun';
  readonly sending: Promise<WriteAnswer<T>>;
  readonly record: WriteRecord;
}

export type Beginnings = ReturnType<typeof createBeginnings>;

/** Begins writes: records each one at its turn, and lets its call leave. */
export function createBeginnings(deps: BeginningsDeps) {
  const { store, background, answers, attempts, sendWithinMs } = deps;
  const gates: Readonly<Record<Vendor, Gate>> = {
    billing: new Gate(MAX_ON_THEIR_WAY),
    reseller: new Gate(MAX_ON_THEIR_WAY),
  };

  /**
   * Lets the write begin at its turn, which ends when its answer is stored.
   * @param isChecked whether the write passed the check of its spec, or has none
   */
  async function begin<A, T>(
    spec: WriteSpec<A, T>,
    write: NewWrite,
    isChecked: boolean,
    scope: CallScope,
  ): Promise<Beginning<T>> {
    const leave = await enter(spec.conduct.vendor, write.viewer, scope.signal);
    let sending: Promise<unknown> | undefined;
    try {
      const begun = await recordAndSend(spec, write, isChecked, scope);
      if (begun.type === 'begun') sending = begun.sending;
      return begun;
    } finally {
      if (sending) sending.then(leave, leave);
      else leave();
    }
  }

  /** Records a write and lets its call leave, or returns what to do instead. */
  async function recordAndSend<A, T>(
    spec: WriteSpec<A, T>,
    described: NewWrite,
    isChecked: boolean,
    scope: CallScope,
  ): Promise<Beginning<T>> {
    const { conduct } = spec;
    let write: NewWrite;
    try {
      await spec.ready(scope);
      // Anew after a wait: the other write may have changed what the snapshot holds.
      write = { ...described, snapshot: await spec.snapshot(scope) };
    } catch (error) {
      return { type: 'unavailable', error };
    }
    const holder = randomUUID();
    const askedAt = performance.now();
    const decision = await record(write, { holder, isChecked }, conduct, scope);
    if (!('record' in decision)) return decision;
    const sending = background.track(
      attempts.first(conduct, decision, { write, holder, askedAt, scope }),
    );
    return { type: 'begun', sending, record: decision.record };
  }

  /** Waits for its turn, but not so long that no time would be left to send the write. */
  async function enter(vendor: Vendor, viewer: string, signal: CancelSignal): Promise<() => void> {
    const gate = gates[vendor];
    if (!gate.isFull) return gate.enter(signal);
    const timeout = AbortSignal.timeout(deps.queueMs);
    const ending = AbortSignal.any([abortSignalOf(signal), background.closing, timeout]);
    return gate.enter(ending, viewer).catch((cause: unknown) => {
      const message = 'Too many changes are in progress, so nothing was sent; try again.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    });
  }

  async function record<A, T>(
    write: NewWrite,
    { holder, isChecked }: { readonly holder: string; readonly isChecked: boolean },
    conduct: Conduct<A, T>,
    scope: CallScope,
  ): Promise<StoredWrite | Decision | { readonly type: 'check' }> {
    const holdMs = sendWithinMs + conduct.timeoutMs;
    deps.storeDeliveries();
    const recording = background.track(
      store.record(write, { holder, holdMs, signal: scope.signal }, (related) => {
        const decision = deps.decide(write, related);
        return decision === 'record' && !isChecked ? { type: 'check' as const } : decision;
      }),
    );
    try {
      return await submitted(recording, scope.signal);
    } catch (error) {
      if (!isCommitUnknown(error)) throw nothingSent(error);
      // The record may be on disk: recovery must not send it after the client received a refusal.
      throw await answers.withdrawn(write, holder, scope, error);
    }
  }

  return { begin };
}

/** After the client's deadline, a record that may have been submitted is not waited for. */
async function submitted<T>(recording: Promise<T>, signal: CancelSignal): Promise<T> {
  try {
    return await abortable(recording, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    // A record that was still waiting for its turn has been cancelled by the same signal.
    const outcome = await settledSoon(recording);
    if (outcome?.status === 'rejected' && !isCommitUnknown(outcome.reason)) throw outcome.reason;
    throw new CommitUnknownError(error);
  }
}

/** A failure before the call left. */
function nothingSent(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'UNAVAILABLE') return error;
  const message = "The gateway's database is unavailable, so nothing was sent; try again.";
  return new GatewayError('UNAVAILABLE', message, { retryable: true, cause: error });
}

import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, RelatedWrites } from '../store/writes/write-store.ts';

/** What to do with a mutation instead of recording a new write. */
export type Decision =
  /** Another write on the target may be on its way: decide again after it. */
  | { readonly type: 'wait'; readonly write: StoredWrite }
  /** The same write is on its way: wait for its outcome. */
  | { readonly type: 'join'; readonly write: StoredWrite }
  /** The same write has no outcome: find it out. */
  | { readonly type: 'continue'; readonly write: StoredWrite }
  /** The same write is done: return its result again. */
  | { readonly type: 'replay'; readonly write: StoredWrite }
  /** The same write has no outcome, and nothing may be sent to find it out. */
  | { readonly type: 'unknown'; readonly write: StoredWrite }
  /** The idempotency key belongs to a different request. */
  | { readonly type: 'keyConflict' }
  /** Another unfinished write is going to link the same reseller customer. */
  | { readonly type: 'linkConflict' };

export interface DecisionOptions {
  /** How long the vendor is assumed to keep an idempotency key, in milliseconds. */
  readonly keyWindowMs: number;
  /** Whether the outcome was delivered to a client, although this may not be stored yet. */
  isDelivered(writeId: string): boolean;
}

/**
 * Decides about a mutation from the writes that are related to it.
 *
 * - With a key that is on record: the same request joins, continues or repeats the answer of that
 *   write; another request is a conflict.
 * - Without a key: a request that equals an earlier one of the same viewer on the target continues
 *   it while its outcome is unknown, and gets its outcome while that was never delivered. Once a
 *   different request has named the target, nothing is sent.
 * - Otherwise it is a new write, which waits while any other write on the target may be on its way.
 */
export function decide(
  write: Pick<NewWrite, 'viewer' | 'requestHash' | 'isKeyGiven'>,
  { byKey, onTarget, isLinkTaken }: RelatedWrites,
  { keyWindowMs, isDelivered }: DecisionOptions,
): 'record' | Decision {
  if (byKey) {
    if (byKey.requestHash !== write.requestHash) return { type: 'keyConflict' };
    // A key names one write, whatever happened to its target since.
    if (byKey.record.outcome === 'DONE') return { type: 'replay', write: byKey };
    return outcomeOf(byKey, keyWindowMs) ?? { type: 'unknown', write: byKey };
  }
  if (!write.isKeyGiven) {
    const own = onTarget.filter(
      (other) =>
        other.record.viewer === write.viewer &&
        other.requestHash === write.requestHash &&
        !isDelivered(other.record.id),
    );
    // Newest first: a later one of the same request decides.
    for (const earlier of own) {
      const outcome = outcomeOf(earlier, keyWindowMs);
      if (outcome) return outcome;
    }
  }
  const held = onTarget.find((other) => other.heldForMs > 0);
  if (held) return { type: 'wait', write: held };
  return isLinkTaken ? { type: 'linkConflict' } : 'record';
}

/** Null for a write that is too old to be continued. */
function outcomeOf(write: StoredWrite, keyWindowMs: number): Decision | null {
  if (write.isSuperseded) return { type: 'unknown', write };
  if (write.record.outcome === 'DONE') return { type: 'replay', write };
  if (write.heldForMs > 0) return { type: 'join', write };
  return write.ageMs < keyWindowMs ? { type: 'continue', write } : null;
}

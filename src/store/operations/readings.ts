import { isDeepStrictEqual } from 'node:util';
import type { Operation, OperationEntry } from '../../domain/operation.ts';
import { decodeOperation, encodeOperation } from './operation-json.ts';

/**
 * Whether a reading replaces the latest state. It never does when it is older: by `modifiedAt`, and
 * where that is equal or missing, by the order in which the two states were requested.
 * @param requestedAfter the sequence of the latest entry when a poll was sent: a poll that was sent
 *   before the present entry was stored may be older than that entry. Null for readings that have no
 *   place in this order (queries, cancellations, starts).
 */
export function replaces(
  latest: OperationEntry,
  reading: Operation,
  requestedAfter: number | null,
): boolean {
  const current = latest.operation;
  const isRequestedLater = latest.sequence === requestedAfter;
  // A test server that restarts reuses operation ids.
  const creation = compareTimes(current.createdAt, reading.createdAt);
  if (creation !== 0) return creation < 0 || isRequestedLater;
  if (current.done) return false;
  // An operation that is done never runs again, whatever the times say.
  if (reading.done) return true;
  if (current.lost === 'GIVEN_UP' || isSameState(current, reading)) return false;
  const modification = compareTimes(current.modifiedAt, reading.modifiedAt);
  return modification === 0 ? isRequestedLater : modification < 0;
}

/** Whether the operation that the journal knows under this id is another, later or earlier, one. */
export function isAnother(latest: Operation, reading: Operation): boolean {
  return compareTimes(latest.createdAt, reading.createdAt) !== 0;
}

/** Negative when `a` is earlier, positive when it is later, 0 when they are equal or one is missing. */
function compareTimes(a: Date | null, b: Date | null): number {
  return a && b ? a.getTime() - b.getTime() : 0;
}

/** Whether a reading shows no change. Compared in the form that the journal returns. */
export function isSameState(latest: Operation, reading: Operation): boolean {
  const text = encodeOperation(reading);
  // Nearly all readings, so that they are not parsed.
  if (text === encodeOperation(latest)) return true;
  return isDeepStrictEqual(latest, decodeOperation(text));
}

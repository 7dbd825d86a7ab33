import type { Feed, Sequenced } from './follow.ts';

/**
 * Reads of a feed with a filter that few entries match. Remembers up to where none did, so that every
 * wake-up does not look at the same entries again.
 * @param read must start after `lastSequence` has returned `last`: a read that began earlier may lack
 *   entries up to there
 * @param lastSequence the highest sequence of all entries; lower ones must be visible by then
 */
export function skipping<T extends Sequenced>(
  read: (after: number, limit: number, last: number) => Promise<readonly T[]>,
  lastSequence: () => Promise<number>,
): Feed<T>['read'] {
  let skipped = 0;
  return async (after, limit) => {
    const last = await lastSequence();
    const entries = await read(Math.max(after, skipped), limit, last);
    if (entries.length === 0) skipped = Math.max(skipped, last);
    return entries;
  };
}

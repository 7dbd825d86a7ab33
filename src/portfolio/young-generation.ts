import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of new objects for which a collection is worthwhile: 100 observations leave 2 to 7 MB. */
const WORTHWHILE_BYTES = 2 * 1024 * 1024;
/** With more than that, requests are busy. V8 collects soon, and what they use would be copied. */
const BUSY_BYTES = 8 * 1024 * 1024;

/**
 * There is little to copy: other threads take longer to start than this one takes to copy it. V8 doubles
 * the young generation when enough has survived, but requests decide how large it should be.
 */
const DURING = '--no-parallel-scavenge --semi-space-growth-factor=1';
const AFTERWARDS = '--parallel-scavenge --semi-space-growth-factor=2';

/**
 * Garbage in the old generation for which a full collection is worthwhile. A page adds 100 kB, mostly
 * short strings of its JSON, and V8 waits until the heap has doubled.
 */
const OLD_BYTES = 12 * 1024 * 1024;

let collect: NodeJS.GCFunction | null = null;
/** The least that was in use after a collection, since the last full one. */
let least = Number.POSITIVE_INFINITY;

/**
 * Collects V8's young generation when it holds much. Call this when work in the background has ended
 * a step, and little of what it has allocated is still in use: then it takes less than a millisecond.
 * V8 itself waits until the young generation is full, by default 2 x 16 MB, and moves what happens to
 * be in use then to the old one, where it stays until the next full collection. Some 25 seconds of a
 * sweep fill that with garbage too, whose collection takes as long as one of V8's own.
 */
export function collectYoung(): void {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  const bytes = space?.space_used_size ?? 0;
  if (bytes < WORTHWHILE_BYTES || bytes > BUSY_BYTES) return;
  collect ??= exposedCollect();
  setFlagsFromString(DURING);
  collect({ type: 'minor' });
  setFlagsFromString(AFTERWARDS);
  const used = getHeapStatistics().used_heap_size;
  least = Math.min(least, used);
  if (used < least + OLD_BYTES) return;
  collect({ type: 'major' });
  least = getHeapStatistics().used_heap_size;
}

/** Contexts that are created while the flag is set have the function. */
function exposedCollect(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const exposed: NodeJS.GCFunction = runInNewContext('gc');
  // The compile cache is valid for one set of flags.
  setFlagsFromString('--no-expose-gc');
  return exposed;
}

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves of the young generation together, in bytes: 16 MB each. */
const LIMIT_BYTES = 32 * 1024 * 1024;
/** The young generation doubles at most once per collection. */
const CHECK_MS = 100;

/** Gateways of this process that sweep. */
let running = 0;

/**
 * Does some long work without letting V8's young generation grow beyond 2 x 16 MB. V8 doubles it
 * whenever enough objects have survived, on a machine with much memory up to 2 x 64 MB, and seldom
 * gives that back. Requests under load are faster with it; work in the background has no use for it.
 */
export async function inSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  running++;
  const timer = setInterval(restrain, CHECK_MS);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (--running === 0) allowGrowth(true);
  }
}

function restrain(): void {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  allowGrowth((space?.space_size ?? 0) < LIMIT_BYTES);
}

function allowGrowth(isAllowed: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${isAllowed ? 2 : 1}`);
}

import type { OperationEntry } from '../domain/operation.ts';
import type { WakeUps } from './wake-up.ts';

/** What is followed: entries in the order of their sequence. */
export interface Followed {
  readonly wakeUps: WakeUps;
  /** What wakes the reader. */
  readonly key: string;
  /** The entries behind a sequence, oldest first; none when there are none yet. */
  read(after: number): Promise<readonly OperationEntry[]>;
  /** The sequence to begin behind. */
  readonly seen: number;
  /** Whether nothing can come behind this entry. */
  isLast(entry: OperationEntry): boolean;
  /** Called once, at the end, whichever way it comes. */
  release(): void;
}

/**
 * Gives every entry behind a sequence, once and in order, as they come. The reader sets the pace:
 * nothing is queued for it, it reads on where it left off. Ends behind the last entry, when the
 * reader returns, or when `signal` aborts.
 */
export function follow(
  followed: Followed,
  signal: AbortSignal,
): AsyncIterableIterator<OperationEntry> {
  const controller = new AbortController();
  const entries = readEntries(followed, controller.signal);
  let isOver = false;
  signal.addEventListener('abort', finish, { once: true });
  if (signal.aborted) finish();

  return {
    async next() {
      try {
        const result = await entries.next();
        if (result.done) finish();
        return result;
      } catch (error) {
        finish();
        throw error;
      }
    },
    async return() {
      finish();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  // Not in the generator's `finally`: one that waits would not run it when told to return.
  function finish(): void {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', finish);
    followed.release();
    controller.abort();
    // The abort ends a wait; a generator that stands at an entry has to be told.
    void entries.return(undefined);
  }
}

async function* readEntries(
  followed: Followed,
  signal: AbortSignal,
): AsyncGenerator<OperationEntry, undefined, undefined> {
  const { wakeUps, key } = followed;
  let { seen } = followed;
  let isOver = false;
  while (!isOver && !signal.aborted) {
    const wakeUp = wakeUps.arm(key);
    try {
      const entries = await followed.read(seen);
      for (const entry of entries) {
        seen = entry.sequence;
        isOver = followed.isLast(entry);
        yield entry;
      }
      if (entries.length === 0) await wokenOrAborted(wakeUp.woken, signal);
    } finally {
      wakeUp.disarm();
    }
  }
  return undefined;
}

function wokenOrAborted(woken: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  signal.addEventListener('abort', done, { once: true });
  woken.then(resolve);
  return promise.finally(() => signal.removeEventListener('abort', done));
}

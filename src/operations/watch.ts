import type { OperationEntry } from '../domain/operation.ts';
import type { OperationJournal } from '../store/journal.ts';
import type { Pollers } from './poller.ts';
import type { WakeUps } from './wake-up.ts';

export interface WatchDeps {
  readonly journal: OperationJournal;
  readonly wakeUps: WakeUps;
  readonly pollers: Pollers;
}

/**
 * The states of one operation: the present one (or, with `after`, every one that came after that
 * sequence), then each change, until the operation is done. The reader sets the pace: nothing is
 * queued for it, it reads the journal where it left off. Ends when the reader returns or `signal`
 * aborts, and lets go of the poller at once in both cases.
 */
export function watch(
  deps: WatchDeps,
  current: OperationEntry,
  after: number | null,
  signal: AbortSignal,
): AsyncIterableIterator<OperationEntry> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  // Held outside of the generator: one that waits would not run its `finally` when told to return.
  const release = current.operation.done ? () => {} : deps.pollers.hold(current);
  controller.signal.addEventListener('abort', release, { once: true });
  const states = readStates(deps, current, after, controller.signal);

  return {
    async next() {
      try {
        const result = await states.next();
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

  function finish(): void {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function* readStates(
  { journal, wakeUps }: WatchDeps,
  current: OperationEntry,
  after: number | null,
  signal: AbortSignal,
): AsyncGenerator<OperationEntry, undefined> {
  const id = current.operation.operationId;
  let seen = after ?? current.sequence - 1;
  let done = after !== null && current.operation.done && after >= current.sequence;
  while (!done && !signal.aborted) {
    const wakeUp = wakeUps.arm(id);
    try {
      const entries = await journal.after(id, seen);
      for (const entry of entries) {
        seen = entry.sequence;
        done = entry.operation.done;
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

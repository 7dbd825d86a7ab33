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
  const states = readStates(deps, current, after, controller.signal);
  const isPolled = !current.operation.done && !signal.aborted;
  // Held outside of the generator: one that waits would not run its `finally` when told to return.
  const release = isPolled ? deps.pollers.hold(current) : () => {};
  signal.addEventListener('abort', finish, { once: true });
  if (signal.aborted) finish();

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
    signal.removeEventListener('abort', finish);
    release();
    controller.abort();
    // The abort ends a wait; a generator that stands at a state has to be told.
    void states.return(undefined);
  }
}

async function* readStates(
  { journal, wakeUps }: WatchDeps,
  current: OperationEntry,
  after: number | null,
  signal: AbortSignal,
): AsyncGenerator<OperationEntry, undefined, undefined> {
  const id = current.operation.operationId;
  // A sequence that this journal has not given is of one that is no more: it names no state here.
  let seen = after !== null && after <= current.sequence ? after : current.sequence - 1;
  let done = current.operation.done && seen === current.sequence;
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

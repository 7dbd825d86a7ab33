/** How many are woken at once: at first, and how many times more each time after that. */
const AT_FIRST = 100;
const GROWTH = 50;

export interface WakeUp {
  readonly woken: Promise<void>;
  /** Wakes this one alone. */
  wake(): void;
  disarm(): void;
}

/**
 * Tells waiters that something changed, and nothing else: what changed is read from the journal.
 * Arm before reading, wait only when the read gave nothing: then no change falls into the gap.
 */
export class WakeUps {
  readonly #armed = new Map<string, Set<() => void>>();

  /** How many keys somebody is armed for. */
  get size(): number {
    return this.#armed.size;
  }

  /** Arms a wake-up for the next change of `key`. Call `disarm` when it is no longer waited for. */
  arm(key: string): WakeUp {
    const armed = this.#armed.get(key) ?? new Set();
    this.#armed.set(key, armed);
    const { promise, resolve } = Promise.withResolvers<void>();
    armed.add(resolve);
    const disarm = (): void => {
      armed.delete(resolve);
      if (armed.size === 0 && this.#armed.get(key) === armed) this.#armed.delete(key);
    };
    return { woken: promise, wake: resolve, disarm };
  }

  /** Wakes everyone who is armed for `key`. */
  wake(key: string): void {
    const armed = this.#armed.get(key);
    this.#armed.delete(key);
    if (armed) wakeSome(armed.values(), AT_FIRST);
  }

  /** Wakes everyone: after a gap, anything may have changed. */
  wakeAll(): void {
    for (const key of [...this.#armed.keys()]) this.wake(key);
  }
}

/**
 * A few, then more: the first are served before all the others have been woken. What they have to do
 * between two steps is done for all of them before anybody goes on.
 */
function wakeSome(armed: SetIterator<() => void>, count: number): void {
  for (let n = 0; n < count; n++) {
    const next = armed.next();
    if (next.done) return;
    next.value();
  }
  setImmediate(wakeSome, armed, GROWTH * count);
}

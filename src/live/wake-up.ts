/** How many are woken at once: at first, and how many times more each time after that. */
const AT_FIRST = 100;
const GROWTH = 50;

export interface Sleeper {
  /** Must not throw. May come once more than was armed for. */
  wake(): void;
}

/**
 * Tells sleepers that something changed, and nothing else: what changed is read from the journal.
 * Arm before reading, wait only when the read gave nothing: then no change falls into the gap.
 */
export class WakeUps {
  readonly #armed = new Map<string, Set<Sleeper>>();

  /** How many keys somebody is armed for. */
  get size(): number {
    return this.#armed.size;
  }

  /** Has `sleeper` woken by the next change of `key`; call `disarm` when it no longer wants to be. */
  arm(key: string, sleeper: Sleeper): void {
    const armed = this.#armed.get(key);
    if (armed) armed.add(sleeper);
    else this.#armed.set(key, new Set([sleeper]));
  }

  disarm(key: string, sleeper: Sleeper): void {
    const armed = this.#armed.get(key);
    if (armed?.delete(sleeper) && armed.size === 0) this.#armed.delete(key);
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
function wakeSome(armed: SetIterator<Sleeper>, count: number): void {
  for (let n = 0; n < count; n++) {
    const next = armed.next();
    if (next.done) return;
    next.value.wake();
  }
  setImmediate(wakeSome, armed, GROWTH * count);
}

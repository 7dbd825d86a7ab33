/** Size of the first group to wake, and the factor by which each following group grows. */
const FIRST_GROUP = 100;
const GROWTH = 50;

export interface Sleeper {
  /** Must not throw. May be called once more after `disarm`. */
  wake(): void;
}

/**
 * Wakes sleepers when a key changes; what changed is then read from the store. A sleeper arms before
 * it reads and waits only when the read was empty, so no change is missed in between.
 */
export class WakeUps {
  readonly #armed = new Map<string, Set<Sleeper>>();

  /** Number of keys with armed sleepers. */
  get size(): number {
    return this.#armed.size;
  }

  /** Wakes `sleeper` at the next change of `key`, unless it is disarmed before. */
  arm(key: string, sleeper: Sleeper): void {
    const armed = this.#armed.get(key);
    if (armed) armed.add(sleeper);
    else this.#armed.set(key, new Set([sleeper]));
  }

  disarm(key: string, sleeper: Sleeper): void {
    const armed = this.#armed.get(key);
    if (armed?.delete(sleeper) && armed.size === 0) this.#armed.delete(key);
  }

  /** Wakes every sleeper that is armed for `key`. */
  wake(key: string): void {
    const armed = this.#armed.get(key);
    this.#armed.delete(key);
    if (armed) wakeSome(armed.values(), FIRST_GROUP);
  }

  /** Wakes every sleeper: after a gap, anything may have changed. */
  wakeAll(): void {
    for (const key of [...this.#armed.keys()]) this.wake(key);
  }
}

/**
 * Wakes a small group, then larger ones, so that the first sleepers are served before the last are
 * woken. All sleepers of a group finish one step before any of them takes the next.
 */
function wakeSome(armed: SetIterator<Sleeper>, count: number): void {
  for (let n = 0; n < count; n++) {
    const next = armed.next();
    if (next.done) return;
    next.value.wake();
  }
  setImmediate(wakeSome, armed, GROWTH * count);
}

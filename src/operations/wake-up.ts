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
  arm(key: string): { readonly woken: Promise<void>; disarm(): void } {
    const armed = this.#armed.get(key) ?? new Set();
    this.#armed.set(key, armed);
    const { promise, resolve } = Promise.withResolvers<void>();
    armed.add(resolve);
    const disarm = (): void => {
      armed.delete(resolve);
      if (armed.size === 0 && this.#armed.get(key) === armed) this.#armed.delete(key);
    };
    return { woken: promise, disarm };
  }

  /** Wakes everyone who is armed for `key`. */
  wake(key: string): void {
    const armed = this.#armed.get(key);
    this.#armed.delete(key);
    for (const resolve of armed ?? []) resolve();
  }

  /** Wakes everyone: after a gap, anything may have changed. */
  wakeAll(): void {
    for (const key of [...this.#armed.keys()]) this.wake(key);
  }
}

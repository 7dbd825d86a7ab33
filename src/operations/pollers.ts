import { type HeldOperation, isPolled } from '../domain/operation.ts';
import { detached } from '../domain/tracing.ts';
import type { Store } from '../store/store.ts';
import { type PollLimits, PollSlots } from './poll-slots.ts';
import { type FirstPoll, Poller, type PollerDeps, type PollerOptions } from './poller.ts';

export interface PollersOptions extends PollerOptions, PollLimits {}

export interface PollersDeps extends Omit<PollerDeps, 'slots'>, Pick<Store, 'onOperation'> {
  readonly options: PollersOptions;
}

/** Polls the unfinished operations that this instance holds: one poller per operation. */
export class Pollers {
  readonly #deps: PollerDeps;
  readonly #running = new Map<string, Poller>();
  /** Watched operations, including those that other instances poll. */
  readonly #watched = new Set<string>();
  readonly #unsubscribe: () => void;

  constructor({ onOperation, ...deps }: PollersDeps) {
    this.#deps = { ...deps, slots: new PollSlots(deps.options) };
    this.#unsubscribe = onOperation((id) => {
      if (id !== null) this.#running.get(id)?.changed();
      else for (const poller of this.#running.values()) poller.changed();
    });
  }

  /** Number of operations that are being polled. */
  get size(): number {
    return this.#running.size;
  }

  ids(): string[] {
    return [...this.#running.keys()];
  }

  has(operationId: string): boolean {
    return this.#running.has(operationId);
  }

  /** Polls an operation until it ends. Does nothing when it has ended or is being polled. */
  start(held: HeldOperation, first: FirstPoll = 'NOW'): void {
    const { operation } = held.entry;
    const id = operation.operationId;
    if (this.#running.has(id) || !isPolled(operation)) return;
    const poller = new Poller(this.#deps, held, this.#watched.has(id));
    this.#running.set(id, poller);
    // Polls belong to the trace of the write, not to that of a request which looks at the operation.
    detached(() => poller.run(first))
      .catch((err: unknown) => this.#deps.log.error({ err, operation: id }, 'poller failed'))
      .finally(() => {
        if (this.#running.get(id) === poller) this.#running.delete(id);
      });
  }

  stop(operationId: string): void {
    this.#running.get(operationId)?.stop();
    this.#running.delete(operationId);
  }

  /** Polls the operation at a watcher's pace, starting at once, or at the idle pace. */
  setWatched(operationId: string, isWatched: boolean): void {
    if (this.#watched.has(operationId) === isWatched) return;
    if (isWatched) this.#watched.add(operationId);
    else this.#watched.delete(operationId);
    this.#running.get(operationId)?.setWatched(isWatched);
  }

  close(): void {
    this.#unsubscribe();
    for (const id of this.ids()) this.stop(id);
  }
}

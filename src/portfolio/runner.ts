import { randomUUID } from 'node:crypto';
import { pause } from '../domain/call-scope.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { SweepState } from '../store/portfolio/sweep-store.ts';
import type { Clock } from './clock.ts';
import type { Details } from './details.ts';
import type { Sweep } from './sweep.ts';
import { inSmallHeap } from './young-generation.ts';

export interface RunnerDeps {
  readonly store: PortfolioStore;
  readonly sweep: Sweep;
  readonly details: Details;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time between the beginnings of two sweeps, in milliseconds. */
  readonly sweepIntervalMs: number;
  /** Time after which another instance takes over, in milliseconds. */
  readonly leaseMs: number;
}

/** Runs sweeps, and reads details between them, while this instance holds the lease. */
export class Runner {
  readonly #deps: RunnerDeps;
  readonly #holder = randomUUID();
  readonly #closing = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
    await this.#deps.store.releaseSweep(this.#holder).catch((err: unknown) => {
      this.#deps.log.warn({ err }, 'lease of the sweep not released');
    });
  }

  async #run(): Promise<void> {
    const { log, leaseMs, sweepIntervalMs } = this.#deps;
    const { signal } = this.#closing;
    let failures = 0;
    while (!signal.aborted) {
      let pauseMs = Math.min(leaseMs / 3, sweepIntervalMs);
      try {
        await this.#round();
        failures = 0;
      } catch (err) {
        if (signal.aborted) return;
        // The failure may be permanent, such as a missing permission.
        pauseMs = Math.min(sweepIntervalMs, leaseMs * 2 ** failures++);
        log.warn({ err, pauseMs }, 'portfolio sweep interrupted, continuing later');
      }
      await pause(pauseMs, signal).catch(() => {});
    }
  }

  async #round(): Promise<void> {
    const { store, clock, leaseMs } = this.#deps;
    await clock.synchronise();
    const state = await store.claimSweep(this.#holder, leaseMs);
    if (!state) return;
    const lost = new AbortController();
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, lost.signal]);
    const renewing = this.#renew(lost, AbortSignal.any([signal, ended.signal]));
    try {
      await this.#work(state, signal);
    } finally {
      ended.abort();
      await renewing;
    }
  }

  async #work(state: SweepState, signal: AbortSignal): Promise<void> {
    const { store, sweep, details, leaseMs } = this.#deps;
    let current = state;
    const save = async (next: SweepState): Promise<void> => {
      if (await store.saveSweep(this.#holder, next, leaseMs)) return;
      throw new Error('another instance has taken the lease of the sweep');
    };
    for (;;) {
      if (this.#isDue(current)) {
        const state = current;
        current = await inSmallHeap(() => sweep.run(state, save, signal));
        details.forgetFailures();
      }
      if (!(await details.step(signal))) return;
    }
  }

  /** A sweep that was begun is continued; the first one begins at once. */
  #isDue({ phase, asOf }: SweepState): boolean {
    const { clock, sweepIntervalMs } = this.#deps;
    return phase !== 'IDLE' || asOf === 0 || clock.now() - asOf >= sweepIntervalMs;
  }

  async #renew(lost: AbortController, signal: AbortSignal): Promise<void> {
    const { store, log, leaseMs } = this.#deps;
    for (;;) {
      await pause(leaseMs / 3, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        if (!(await store.claimSweep(this.#holder, leaseMs))) {
          lost.abort(new Error('another instance has taken the lease of the sweep'));
        }
      } catch (err) {
        // Storing the state fails, too, when another instance takes the lease meanwhile.
        log.warn({ err }, 'lease of the sweep not renewed, retrying');
      }
    }
  }
}

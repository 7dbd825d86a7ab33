import { randomUUID } from 'node:crypto';
import { pause } from '../domain/call-scope.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { SweepState } from '../store/portfolio/sweep-store.ts';
import type { Clock } from './clock.ts';
import type { Details } from './details.ts';
import type { Sweep } from './sweep.ts';

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

export type Runner = ReturnType<typeof createRunner>;

/** Runs sweeps, and reads details between them, while this instance holds the lease. */
export function createRunner(deps: RunnerDeps) {
  const { store, sweep, details, clock, log, sweepIntervalMs, leaseMs } = deps;
  const holder = randomUUID();
  const closing = new AbortController();
  let rounds: Promise<void> = Promise.resolve();

  function start(): void {
    rounds = run();
  }

  async function close(): Promise<void> {
    closing.abort();
    await rounds;
    await store.releaseSweep(holder).catch((err: unknown) => {
      log.warn({ err }, 'lease of the sweep not released');
    });
  }

  async function run(): Promise<void> {
    const { signal } = closing;
    let failures = 0;
    while (!signal.aborted) {
      let pauseMs = Math.min(leaseMs / 3, sweepIntervalMs);
      try {
        await round();
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

  async function round(): Promise<void> {
    await clock.synchronise();
    const state = await store.claimSweep(holder, leaseMs);
    if (!state) return;
    const lost = new AbortController();
    const ended = new AbortController();
    const signal = AbortSignal.any([closing.signal, lost.signal]);
    const renewing = renew(lost, AbortSignal.any([signal, ended.signal]));
    try {
      await work(state, signal);
    } finally {
      ended.abort();
      await renewing;
    }
  }

  async function work(state: SweepState, signal: AbortSignal): Promise<void> {
    let current = state;
    const save = async (next: SweepState): Promise<void> => {
      if (await store.saveSweep(holder, next, leaseMs)) return;
      throw new Error('another instance has taken the lease of the sweep');
    };
    for (;;) {
      if (isDue(current)) {
        current = await sweep.run(current, save, signal);
        details.forgetFailures();
      }
      if (!(await details.step(signal))) return;
    }
  }

  /** A sweep that was begun is continued; the first one begins at once. */
  function isDue({ phase, asOf }: SweepState): boolean {
    return phase !== 'IDLE' || asOf === 0 || clock.now() - asOf >= sweepIntervalMs;
  }

  async function renew(lost: AbortController, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(leaseMs / 3, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        if (!(await store.claimSweep(holder, leaseMs))) {
          lost.abort(new Error('another instance has taken the lease of the sweep'));
        }
      } catch (err) {
        // Storing the state fails, too, when another instance takes the lease meanwhile.
        log.warn({ err }, 'lease of the sweep not renewed, retrying');
      }
    }
  }

  return { start, close };
}

import { randomUUID } from 'node:crypto';
import { pause } from '../../domain/call-scope.ts';
import { writeSettled } from '../../domain/telemetry.ts';
import { inTrace } from '../../domain/tracing.ts';
import { OutcomeUnknown, type WriteMutation } from '../../domain/write.ts';
import type { Logger } from '../../log.ts';
import type { StoredWrite } from '../../store/writes/write-rows.ts';
import type { WriteStore } from '../../store/writes/write-store.ts';
import type { WriteEngine } from '../write-engine.ts';
import { billingMutations } from './billing-request.ts';
import type { BillingWrites } from './billing-writes.ts';

export interface RecoveryOptions {
  /** Pause between rounds, in milliseconds. */
  readonly intervalMs: number;
  /** Writes that are older are left for a person, in milliseconds. */
  readonly windowMs: number;
}

export interface RecoveryDeps {
  readonly store: Pick<WriteStore, 'due' | 'expire'>;
  readonly engine: Pick<WriteEngine, 'continue'>;
  readonly writes: Pick<BillingWrites, 'conduct'>;
  readonly log: Logger;
  readonly options: RecoveryOptions;
}

/** Few enough to finish before the next round. */
const BATCH = 50;
const mutations: readonly WriteMutation[] = Object.values(billingMutations);

/**
 * Repeats billing writes without an outcome that no attempt holds, with their own key, while they are
 * young and nothing else named their target. Every instance runs it; claims keep them apart.
 */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #closing = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  async #run(): Promise<void> {
    const { log, options } = this.#deps;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#round().catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'recovery round failed, retrying');
      });
      await pause(options.intervalMs * (0.8 + Math.random() * 0.4), signal).catch(() => {});
    }
  }

  async #round(): Promise<void> {
    const { store, log, options } = this.#deps;
    const due = await store.due(mutations, options.windowMs, BATCH);
    await Promise.all(due.map((write) => this.#repeat(write)));
    for (const { id, mutation, recordedAt } of await store.expire(options.windowMs)) {
      writeSettled.publish({ mutation, outcome: 'UNKNOWN' });
      log.warn({ write: id, mutation, recordedAt }, 'write without an outcome needs settleWrite');
    }
  }

  async #repeat(write: StoredWrite): Promise<void> {
    const { engine, writes, log } = this.#deps;
    const { id, mutation } = write.record;
    const scope = { signal: this.#closing.signal, requestId: randomUUID() };
    try {
      await inTrace(write.trace, { name: 'repeat write' }, () =>
        engine.continue(writes.conduct, write, scope),
      );
      log.info({ write: id, mutation }, 'write without an answer repeated: done');
    } catch (err) {
      // The engine has logged an unknown outcome.
      if (!(err instanceof OutcomeUnknown)) log.warn({ err, write: id }, 'write not repeated');
    }
  }
}

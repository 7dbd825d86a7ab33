import { randomUUID } from 'node:crypto';
import { abortable, pause } from '../../domain/call-scope.ts';
import { writeSettled } from '../../domain/telemetry.ts';
import { inTrace } from '../../domain/tracing.ts';
import type { WriteMutation } from '../../domain/write.ts';
import type { Logger } from '../../log.ts';
import type { StoredWrite } from '../../store/writes/write-rows.ts';
import type { WriteStore } from '../../store/writes/write-store.ts';
import { NotCarriedOut } from '../not-carried-out.ts';
import type { Conduct, ReadBack } from '../write-spec.ts';

export interface BackgroundReaderOptions {
  /** Time between two rounds, in milliseconds. */
  readonly intervalMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface BackgroundReaderDeps {
  readonly store: Pick<WriteStore, 'due' | 'claim' | 'unknown' | 'settle'>;
  readonly conducts: ReadonlyMap<WriteMutation, Conduct<unknown, unknown>>;
  readonly log: Logger;
  readonly options: BackgroundReaderOptions;
}

/** Milliseconds after which a write is no longer read back: 1 h. */
const MAX_AGE_MS = 3_600_000;
/** The most writes of one round. */
const LIMIT = 1_000;
const CONCURRENCY = 4;
/** Pause before an undecided write is read again; it doubles with each read. */
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 300_000;

interface Postponed {
  readonly until: number;
  readonly pauseMs: number;
}

/**
 * Reads back writes without an answer after their mutations have returned OUTCOME_UNKNOWN, or after
 * their instance has stopped. Sends nothing to the vendor but reads.
 */
export class BackgroundReader {
  readonly #deps: BackgroundReaderDeps;
  readonly #closing = new AbortController();
  readonly #now: () => number;
  #postponed = new Map<string, Postponed>();
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: BackgroundReaderDeps) {
    this.#deps = deps;
    this.#now = deps.options.now ?? (() => performance.now());
  }

  start(): void {
    this.#rounds = this.#repeat();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  /** One round: reads back the writes that are due. */
  async round(): Promise<void> {
    const { store, conducts } = this.#deps;
    const due = await store.due([...conducts.keys()], MAX_AGE_MS, LIMIT);
    this.#postponed = new Map(
      due.flatMap(({ record: { id } }) => {
        const postponed = this.#postponed.get(id);
        return postponed ? [[id, postponed]] : [];
      }),
    );
    const now = this.#now();
    const queue = due.filter(({ record }) => (this.#postponed.get(record.id)?.until ?? 0) <= now);
    const work = async (): Promise<void> => {
      for (let write = queue.shift(); write; write = queue.shift()) await this.#handle(write);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  }

  async #repeat(): Promise<void> {
    const { log, options } = this.#deps;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.round().catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'round of reading back writes failed, retrying');
      });
      await pause(options.intervalMs, signal).catch(() => {});
    }
  }

  async #handle(write: StoredWrite): Promise<void> {
    const { conducts, log } = this.#deps;
    const { id, mutation } = write.record;
    const conduct = conducts.get(mutation);
    if (!conduct || this.#closing.signal.aborted) return;
    try {
      await inTrace(write.trace, { name: 'read back write' }, () => this.#decide(conduct, write));
    } catch (err) {
      this.#postpone(id);
      log.warn({ err, write: id, mutation }, 'write not read back, retrying');
    }
  }

  async #decide<A, T>(conduct: Conduct<A, T>, write: StoredWrite): Promise<void> {
    const { store, log } = this.#deps;
    const { id, mutation } = write.record;
    const holder = randomUUID();
    const holdMs = conduct.timeoutMs;
    const claimed = await store.claim(write, { holder, holdMs, signal: this.#closing.signal });
    if (!claimed) return;
    const found = await this.#read(conduct, claimed).catch(async (error: unknown) => {
      await this.#release(claimed, holder);
      this.#countUnknown(claimed);
      throw error;
    });
    if (found.type === 'done') {
      await conduct.store(claimed, found.answer);
      writeSettled.publish({ mutation, outcome: 'DONE' });
      log.info({ write: id, mutation }, 'write without an answer was carried out');
      return;
    }
    await this.#release(claimed, holder);
    if (found.type === 'unclear') {
      this.#countUnknown(claimed);
      return this.#postpone(id);
    }
    const { code, message } = new NotCarriedOut();
    const isSettled = await store.settle(id, 'REFUSED', { code, message });
    if (!isSettled) return;
    writeSettled.publish({ mutation, outcome: 'REFUSED' });
    log.info({ write: id, mutation }, 'write without an answer was not carried out');
  }

  async #read<A, T>(conduct: Conduct<A, T>, write: StoredWrite): Promise<ReadBack<A>> {
    if (!conduct.readBack) return { type: 'unclear' };
    const timeout = AbortSignal.timeout(conduct.timeoutMs);
    const signal = AbortSignal.any([timeout, this.#closing.signal]);
    return abortable(
      conduct.readBack(write, { signal, requestId: write.record.requestId }),
      signal,
    );
  }

  /** A write whose instance has stopped becomes UNKNOWN now; others were counted by their mutation. */
  #countUnknown({ record: { mutation, outcome } }: StoredWrite): void {
    if (outcome === 'PENDING') writeSettled.publish({ mutation, outcome: 'UNKNOWN' });
  }

  /** Makes the write UNKNOWN and free for a repeat by its caller. */
  async #release({ record }: StoredWrite, holder: string): Promise<void> {
    const message = 'The answer was not received.';
    const failure = record.failure ?? { code: 'DEADLINE_EXCEEDED', message };
    await this.#deps.store.unknown(record.id, holder, failure);
  }

  #postpone(id: string): void {
    const last = this.#postponed.get(id)?.pauseMs;
    const pauseMs = last === undefined ? FIRST_PAUSE_MS : Math.min(MAX_PAUSE_MS, last * 2);
    this.#postponed.set(id, { until: this.#now() + pauseMs, pauseMs });
  }
}

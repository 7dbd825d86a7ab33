import { onTestFinished } from 'vitest';
import { pause } from '../../../src/domain/call-scope.ts';
import { googleCatalog } from '../../../src/domain/catalog/google-catalog.ts';
import type { WriteAnswer, WriteRecord } from '../../../src/domain/write.ts';
import { createLogger } from '../../../src/log.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { BackgroundReader } from '../../../src/writes/reseller/background.ts';
import type { ResellerWriteOptions } from '../../../src/writes/reseller/conduct.ts';
import { createResellerWrites } from '../../../src/writes/reseller/reseller-writes.ts';
import { WriteEngine } from '../../../src/writes/write-engine.ts';
import type { WriteSpec } from '../../../src/writes/write-spec.ts';
import { type CleanUp, clientOf, scope } from '../../backends/reseller/reseller.support.ts';
import { FakeReseller } from './fake-reseller.support.ts';

export interface RunOptions {
  readonly viewer?: string;
  readonly key?: string | null;
  readonly signal?: AbortSignal;
}

export interface Written {
  readonly api: FakeReseller;
  readonly store: Store;
  readonly engine: WriteEngine;
  readonly writes: ReturnType<typeof createResellerWrites>;
  readonly reader: BackgroundReader;
  run<T>(spec: WriteSpec<T, T>, options?: RunOptions): Promise<WriteAnswer<T>>;
  /** Waits until reads are conclusive for every write so far; ages are by the database's clock. */
  untilConclusive(): Promise<void>;
  /** The record of a write that was answered or thrown. */
  recordOf(id: string): Promise<WriteRecord>;
}

/** A fake API, a client with short deadlines, a store in memory, and the engine. */
export async function startWritten({
  timeoutMs = 3_000,
  callTimeoutMs = 800,
  absentAfterMs,
  now,
  cleanUp = onTestFinished,
}: Partial<ResellerWriteOptions> & {
  readonly callTimeoutMs?: number;
  readonly now?: () => number;
  /** Needed outside of tests, and in tests that run at the same time. */
  readonly cleanUp?: CleanUp;
} = {}): Promise<Written> {
  const log = createLogger('silent');
  const api = await new FakeReseller().start(cleanUp);
  const reseller = clientOf(api.backend, { timeoutMs: callTimeoutMs, connections: 64 }, cleanUp);
  const store = await openStore('sqlite::memory:', { log });
  const options = { sendWithinMs: 1_000, queueMs: 10_000, keyWindowMs: 3_600_000 };
  const engine = new WriteEngine({
    isDelivered: () => false,
    storeDeliveries() {},
    store: store.writes,
    log,
    options,
  });
  const writes = createResellerWrites({
    ...{ reseller, store: store.writes, timeoutMs, absentAfterMs, catalog: googleCatalog },
  });
  const reader = new BackgroundReader({
    ...{ store: store.writes, conducts: writes.conducts, log },
    options: { intervalMs: 20, now },
  });
  cleanUp(async () => {
    await reader.close();
    await engine.close();
    await store.close();
  });
  return {
    ...{ api, store, engine, writes, reader },
    run: (spec, { viewer = 'alice', key = null, signal } = {}) =>
      engine.run(spec, { viewer, agent: null, idempotencyKey: key }, scope(signal)),
    untilConclusive: () => pause(timeoutMs + (absentAfterMs ?? 0), new AbortController().signal),
    async recordOf(id) {
      const stored = await store.writes.get(id);
      if (!stored) throw new Error(`there is no write ${id}`);
      return stored.record;
    },
  };
}

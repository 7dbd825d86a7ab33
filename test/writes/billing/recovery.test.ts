import { expect, onTestFinished, test } from 'vitest';
import { type WriteFact, writeSettled } from '../../../src/domain/telemetry.ts';
import { createLogger } from '../../../src/log.ts';
import { openStore } from '../../../src/store/store.ts';
import { Recovery, type RecoveryDeps } from '../../../src/writes/billing/recovery.ts';
import { newWrite } from '../../store/builders.support.ts';

const log = createLogger('silent');

/** What no test here calls. */
const unused = (): never => {
  throw new Error('not expected');
};

const conduct: RecoveryDeps['writes']['conduct'] = {
  ...{ vendor: 'billing', timeoutMs: 1_000, readBack: null },
  ...{ attempt: unused, isRefusal: unused, store: unused, provisional: unused, current: unused },
};

test('a write that is too old to be repeated is counted as UNKNOWN, once', async () => {
  const store = await openStore('sqlite::memory:', { log });
  const hold = { holder: 'gone', holdMs: 0 };
  const recorded = await store.writes.record(newWrite(), hold, () => 'record');
  if (!('record' in recorded)) throw new Error('the write was not recorded');
  const { record } = recorded;
  const recovery = new Recovery({
    ...{ store: store.writes, engine: { continue: unused }, writes: { conduct }, log },
    options: { intervalMs: 5, windowMs: 0 },
  });
  const counted: WriteFact[] = [];
  onTestFinished(writeSettled.subscribe((fact) => counted.push(fact)));
  onTestFinished(async () => {
    await recovery.close();
    await store.close();
  });
  recovery.start();
  const { mutation } = record;
  await expect.poll(() => counted, { interval: 5 }).toEqual([{ mutation, outcome: 'UNKNOWN' }]);
  expect(await store.writes.get(record.id)).toMatchObject({ record: { outcome: 'UNKNOWN' } });
});

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { AuditFilter, AuditOrder } from '../../src/store/writes/audit-store.ts';
import type { NewWrite } from '../../src/store/writes/write-store.ts';
import { operation, succeeded } from '../operations/operations.support.ts';
import { newWrite, recordWrite } from '../store/builders.support.ts';
import { type Kind, kinds, type TestDatabase, testDatabase } from '../store/databases.support.ts';

const failure = { code: 'UNAVAILABLE', message: 'no answer' } as const;
const refusal = { code: 'FORBIDDEN', message: 'no' } as const;

/** A write on a target of its own, with a key of its own. */
function separate(fields: Partial<NewWrite> = {}): NewWrite {
  const id = randomUUID();
  return newWrite({ id, serialiseOn: id, idempotencyKey: randomUUID(), ...fields });
}

async function recordUnknown({ writes }: Store, fields: Partial<NewWrite> = {}) {
  const { record } = await recordWrite(writes, separate(fields));
  await writes.unknown(record.id, 'holder', failure);
  const stored = await writes.get(record.id);
  if (!stored) throw new Error('the write is gone');
  return stored;
}

async function recordDone({ writes }: Store, fields: Partial<NewWrite> = {}) {
  const { record } = await recordWrite(writes, separate(fields));
  await writes.done(record.id);
  return record;
}

async function numbersOf(
  { audit }: Store,
  filter: AuditFilter,
  order: AuditOrder = 'AT_DESC',
  after: number | null = null,
  limit = 100,
) {
  const [page = []] = await audit.pages([{ filter, order, after, limit }]);
  return page.map(({ number }) => number);
}

const settleAudit = () => separate({ mutation: 'settleWrite', request: null, serialiseOn: 'C1' });

describe.each(kinds)('%s: the audit log', (kind) => {
  const database = testDatabase(kind, true);

  describe('lists', () => listTests(database));
  describe('the feed', () => feedTests(database, kind));
  describe('a confirmation', () => confirmationTests(database));
  describe('retention', () => retentionTests(database));
});

function listTests(database: TestDatabase): void {
  test('returns pages in both orders, after a number', async () => {
    const store = await database.open();
    for (let n = 0; n < 5; n++) await recordDone(store);
    expect(await numbersOf(store, {})).toEqual([5, 4, 3, 2, 1]);
    expect(await numbersOf(store, {}, 'AT_ASC', null, 2)).toEqual([1, 2]);
    expect(await numbersOf(store, {}, 'AT_ASC', 2, 2)).toEqual([3, 4]);
    expect(await numbersOf(store, {}, 'AT_DESC', 4, 2)).toEqual([3, 2]);
  });

  test('selects by viewer, mutation, outcome and time', async () => {
    const store = await database.open();
    await recordDone(store);
    await recordDone(store, { viewer: 'bob', mutation: 'activateCustomer' });
    const third = await recordUnknown(store);
    expect(await numbersOf(store, { viewer: 'alice' })).toEqual([3, 1]);
    expect(await numbersOf(store, { mutations: ['activateCustomer'] })).toEqual([2]);
    expect(await numbersOf(store, { mutations: [] })).toEqual([]);
    expect(await numbersOf(store, { outcomes: ['UNKNOWN', 'REFUSED'] })).toEqual([3]);
    const { recordedAt } = third.record;
    const later = new Date(recordedAt.getTime() + 1);
    expect(await numbersOf(store, { from: recordedAt, until: later })).toContain(3);
    expect(await numbersOf(store, { from: later })).toEqual([]);
  });

  test('selects the writes on either id of a customer, each once', async () => {
    const store = await database.open();
    const none = { resellerId: null, customerId: null, resellerCustomerId: null, skuId: null };
    await recordDone(store);
    await recordDone(store, { target: { ...none, resellerCustomerId: 'G1', skuId: 'K1' } });
    await recordDone(store, { target: { ...none, resellerCustomerId: 'G1', skuId: 'K2' } });
    await recordDone(store, { target: { ...none, resellerId: 'R1', customerId: 'C2' } });
    const billing = { resellerId: 'R1', customerId: 'C1' };
    const customer = { billing, resellerCustomerId: 'G1' };
    expect(await numbersOf(store, { customer })).toEqual([3, 2, 1]);
    expect(await numbersOf(store, { customer }, 'AT_DESC', null, 2)).toEqual([3, 2]);
    const nobody = { billing: null, resellerCustomerId: null };
    expect(await numbersOf(store, { customer: nobody })).toEqual([]);
    const subscription = { customerId: 'G1', skuId: 'K2' };
    expect(await numbersOf(store, { subscription })).toEqual([3]);
    expect(await numbersOf(store, { resellerId: 'R1' })).toEqual([4, 1]);
    const filters = [{ customer }, { subscription }, { customer: nobody }, {}];
    expect(await store.audit.counts(filters)).toEqual([3, 1, 0, 4]);
  });

  test('reads many pages and counts in their order', async () => {
    const store = await database.open();
    await recordDone(store);
    await recordDone(store, { viewer: 'bob' });
    const query = { order: 'AT_DESC', after: null, limit: 10 } as const;
    const viewers = ['bob', 'carol', 'alice'];
    const pages = await store.audit.pages(
      viewers.map((viewer) => ({ ...query, filter: { viewer } })),
    );
    expect(pages.map((page) => page.map(({ number }) => number))).toEqual([[2], [], [1]]);
  });

  test('finds the latest write of a key, also a refused one', async () => {
    const store = await database.open();
    const idempotencyKey = 'k1';
    const first = await recordWrite(store.writes, separate({ idempotencyKey }));
    await store.writes.refuse(first.record.id, 'holder', refusal);
    expect(await store.audit.byKey('alice', 'k1')).toMatchObject({ id: first.record.id });
    const second = await recordDone(store, { idempotencyKey });
    expect(await store.audit.byKey('alice', 'k1')).toMatchObject({ id: second.id });
    expect(await store.audit.byKey('bob', 'k1')).toBeNull();
  });
}

function feedTests(database: TestDatabase, kind: Kind): void {
  test('has each outcome after all earlier ones, and no pending write', async () => {
    const store = await database.open('i1');
    const started = await recordWrite(store.writes, separate());
    const refused = await recordWrite(store.writes, separate());
    const unknown = await recordUnknown(store);
    await recordWrite(store.writes, separate());
    await store.writes.refuse(refused.record.id, 'holder', refusal);
    const state = { operation: operation() };
    await store.writes.started(started.record.id, state);
    const changes = await store.audit.changesAfter({}, 0, 10);
    expect(changes.map(({ number, outcome }) => [number, outcome])).toEqual([
      [unknown.record.number, 'UNKNOWN'],
      [refused.record.number, 'REFUSED'],
      [started.record.number, 'DONE'],
    ]);
    expect(await store.audit.lastSequence()).toBe(changes.at(-1)?.sequence);
    const [first] = changes;
    await store.writes.settle(unknown.record.id, 'DONE', null);
    const more = await store.audit.changesAfter({}, first?.sequence ?? 0, 10);
    expect(more.map(({ number }) => number)).toEqual([2, 1, 3]);
    expect(await store.audit.changesAfter({ viewer: 'bob' }, 0, 10)).toEqual([]);
    expect(await store.audit.changesAfter({}, 0, 1)).toHaveLength(1);
  });

  test('numbers writes that expire together one by one', async () => {
    const store = await database.open();
    for (let n = 0; n < 3; n++) {
      await store.writes.record(separate(), { holder: 'h', holdMs: 0 }, () => 'record');
    }
    expect(await store.writes.expire(-1)).toHaveLength(3);
    const changes = await store.audit.changesAfter({}, 0, 10);
    expect(new Set(changes.map(({ sequence }) => sequence)).size).toBe(3);
    const next = await recordDone(store);
    expect((await store.audit.changesAfter({}, 0, 10)).at(-1)).toMatchObject({ id: next.id });
  });

  test('makes outcomes of concurrent instances visible in order', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const seen: string[] = [];
    let last = 0;
    const read = async () => {
      const [store] = stores;
      for (const { id, sequence } of (await store?.audit.changesAfter({}, last, 100)) ?? []) {
        seen.push(id);
        last = sequence;
      }
    };
    const work = Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const store = stores[n % 2];
        if (store) await recordDone(store);
      }),
    );
    let isOver = false;
    void work.then(() => {
      isOver = true;
    });
    while (!isOver) await read();
    await read();
    expect(new Set(seen).size).toBe(60);
  });

  test.runIf(kind === 'PostgreSQL')('publishes each outcome to the other instances', async () => {
    const [store, other] = [await database.open(), await database.open()];
    const there: (string | null)[] = [];
    other.onWrite((id) => there.push(id));
    const { id } = await recordDone(store);
    await expect.poll(() => there).toContain(id);
  });

  test('publishes each outcome in this instance', async () => {
    const store = await database.open();
    const here: (string | null)[] = [];
    store.onWrite((id) => here.push(id));
    const { record } = await recordWrite(store.writes, separate());
    const settled = await recordDone(store);
    const state = { operation: succeeded() };
    await store.writes.started(record.id, state);
    expect(here).toEqual([settled.id, record.id]);
  });
}

function confirmationTests(database: TestDatabase): void {
  const done = { outcome: 'DONE', operationId: null, failure: null } as const;

  test('stores the outcome and its own record together', async () => {
    const store = await database.open();
    const write = await recordUnknown(store);
    const audit = settleAudit();
    expect(await store.audit.confirm(write, { ...done, operationId: 'op' }, audit)).toBe(true);
    expect(await store.writes.get(write.record.id)).toMatchObject({
      record: { outcome: 'DONE', operationId: 'op', failure: null },
      heldForMs: 0,
    });
    const recorded = await store.writes.get(audit.id);
    expect(recorded).toMatchObject({
      record: { outcome: 'DONE', mutation: 'settleWrite' },
      isOwed: false,
      request: null,
    });
    expect(await store.audit.confirm(write, done, settleAudit())).toBe(false);
    expect(await numbersOf(store, {})).toHaveLength(2);
  });

  test('changes nothing while an attempt holds the write', async () => {
    const store = await database.open();
    const write = await recordWrite(store.writes, separate());
    const audit = settleAudit();
    expect(await store.audit.confirm(write, done, audit)).toBe(false);
    expect(await store.audit.recordRepeat(write, audit)).toBe(false);
    expect(await store.writes.get(audit.id)).toBeNull();
  });

  test('changes nothing when the operation belongs to another write', async () => {
    const store = await database.open();
    const other = await recordUnknown(store);
    const write = await recordUnknown(store);
    const confirmation = { ...done, operationId: 'op' };
    expect(await store.audit.confirm(other, confirmation, settleAudit())).toBe(true);
    expect(await store.audit.isOperationTaken('op', write.record.id)).toBe(true);
    expect(await store.audit.isOperationTaken('op', other.record.id)).toBe(false);
    expect(await store.audit.confirm(write, confirmation, settleAudit())).toBe(false);
  });

  test('is made once by instances that confirm at the same time', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const [store] = stores;
    if (!store) throw new Error('no store');
    const write = await recordUnknown(store);
    const answers = await Promise.all(
      stores.map(({ audit }) => audit.confirm(write, done, settleAudit())),
    );
    expect(answers.toSorted()).toEqual([false, true]);
    expect(await store.audit.counts([{ mutations: ['settleWrite'] }])).toEqual([1]);
  });

  test('of a repeat needs a write that is not superseded', async () => {
    const store = await database.open();
    const write = await recordUnknown(store, { serialiseOn: 'C1' });
    expect(await store.audit.recordRepeat(write, settleAudit())).toBe(true);
    const request = { kind: 'ACTIVATE_CUSTOMER' };
    await recordWrite(store.writes, separate({ serialiseOn: 'C1', request }));
    expect(await store.audit.recordRepeat(write, settleAudit())).toBe(false);
  });
}

function retentionTests(database: TestDatabase): void {
  const age = (days: number, condition: string) =>
    database.query(
      `update writes set recorded_at = recorded_at - ${days * 86_400_000} where ${condition}`,
    );
  const monthMs = 30 * 86_400_000;

  test('deletes old entries in batches and keeps those that are still needed', async () => {
    const store = await database.open('i1');
    for (let n = 0; n < 3; n++) await recordDone(store);
    const unknown = await recordUnknown(store);
    const pending = await recordWrite(store.writes, separate());
    const running = await recordWrite(store.writes, separate());
    const state = { operation: operation() };
    await store.writes.started(running.record.id, state);
    await age(40, '1 = 1');
    const young = await recordDone(store);
    expect(await store.audit.prune(monthMs, 2)).toBe(2);
    expect(await store.audit.prune(monthMs, 2)).toBe(1);
    expect(await store.audit.prune(monthMs, 2)).toBe(0);
    const kept = [young, running.record, pending.record, unknown.record];
    expect(await numbersOf(store, {})).toEqual(kept.map(({ number }) => number));
    await store.journal.append(succeeded());
    expect(await store.audit.prune(monthMs, 2)).toBe(1);
  });

  test('erases the requests of old writes without an outcome, and only those', async () => {
    const store = await database.open();
    const unknown = await recordUnknown(store);
    const held = await recordWrite(store.writes, separate());
    await age(31, '1 = 1');
    const young = await recordUnknown(store);
    expect(await store.audit.eraseRequests(monthMs, 10)).toBe(1);
    expect(await store.audit.eraseRequests(monthMs, 10)).toBe(0);
    const rows = await database.query(
      'select id from writes where request is null and snapshot is null',
    );
    expect(rows).toEqual([{ id: unknown.record.id }]);
    expect(await store.writes.get(unknown.record.id)).toMatchObject({
      record: { outcome: 'UNKNOWN', input: unknown.record.input },
    });
    for (const { record } of [held, young]) {
      expect((await store.writes.get(record.id))?.request).not.toBeNull();
    }
  });

  test('keeps the latest outcome, so that sequences never start again', async () => {
    const store = await database.open();
    await recordDone(store);
    await recordDone(store);
    const last = await store.audit.lastSequence();
    await age(40, '1 = 1');
    expect(await store.audit.prune(monthMs, 10)).toBe(1);
    expect(await store.audit.lastSequence()).toBe(last);
  });
}

import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { type WriteFact, writeSettled } from '../../src/domain/telemetry.ts';
import { OutcomeUnknown } from '../../src/domain/write.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { NewWrite } from '../../src/store/writes/write-store.ts';
import { Settlements, type SettlementsDeps, type SettleRequest } from '../../src/writes/settle.ts';
import type { Conduct } from '../../src/writes/write-spec.ts';
import { log, operation, scope } from '../operations/operations.support.ts';
import { newWrite, recordWrite } from '../store/builders.support.ts';

const failure = { code: 'UNAVAILABLE', message: 'no answer' } as const;
const caller = { viewer: 'alice', agent: 'portal' };
const suspension = { kind: 'SUSPEND_CUSTOMER' } as const;

const conduct: Conduct<unknown, unknown> = {
  vendor: 'billing',
  timeoutMs: 1_000,
  attempt: async () => null,
  isRefusal: () => false,
  store: async () => null,
  provisional: () => null,
  current: async () => null,
  readBack: null,
};

interface Setup extends Partial<SettlementsDeps> {
  readonly operations?: readonly Operation[];
}

async function setUp({ operations = [], ...deps }: Setup = {}) {
  const store = await openStore('sqlite::memory:', { log });
  onTestFinished(() => store.close());
  const stored: string[] = [];
  const settlements = new Settlements({
    store: store.writes,
    audit: store.audit,
    log,
    keyWindowMs: 60_000,
    engine: {
      continue: async (_conduct, write) => {
        throw new OutcomeUnknown(write.record);
      },
    },
    billing: {
      conduct: {
        ...conduct,
        store: async (_write, state) => {
          stored.push(state.operationId);
          return entryOf(state);
        },
        attempt: async () => operation(),
        provisional: (_write, state) => entryOf(state),
        current: async () => entryOf(operation()),
        readBack: null,
      },
    },
    conductOf: () => conduct,
    getOperation: async (id) => {
      const found = operations.find(({ operationId }) => operationId === id);
      return found ? entryOf(found) : null;
    },
    ...deps,
  });

  async function settle(id: string, request: Partial<SettleRequest>) {
    const write = await store.writes.get(id);
    if (!write) throw new Error('the write is gone');
    const whole = { action: 'REPEAT', operationId: null, ...request } as const;
    return settlements.settle(write, whole, caller, scope());
  }
  return { store, settle, stored };
}

function entryOf(state: Operation) {
  return { operation: state, sequence: 1, firstSeenAt: new Date(), resellerId: null };
}

async function recordUnknown({ writes }: Store, fields: Partial<NewWrite> = {}): Promise<string> {
  const write = newWrite({ idempotencyKey: randomUUID(), ...fields });
  const { record } = await recordWrite(writes, write);
  await writes.unknown(record.id, 'holder', failure);
  return record.id;
}

/** The records of `settleWrite`, newest first. */
async function actionsOf({ audit }: Store) {
  const filter = { mutations: ['settleWrite'] } as const;
  const [page = []] = await audit.pages([{ filter, order: 'AT_DESC', after: null, limit: 10 }]);
  return page.map(({ outcome, failure: reason, input }) => ({
    outcome,
    code: reason?.code,
    input,
  }));
}

/** The outcomes that were counted since the call. */
function countedOutcomes(): WriteFact[] {
  const all: WriteFact[] = [];
  onTestFinished(writeSettled.subscribe((fact) => all.push(fact)));
  return all;
}

test.each<[SettleRequest['action'], string]>([
  ['CONFIRM_DONE', 'DONE'],
  ['CONFIRM_NOT_DONE', 'REFUSED'],
])('%s counts the change as %s once, also when a second person confirms', async (action, outcome) => {
  const { store, settle } = await setUp();
  const mutation = 'cancelSubscription';
  const id = await recordUnknown(store, { mutation });
  const counted = countedOutcomes();
  await settle(id, { action });
  await expect(settle(id, { action })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  expect(counted).toEqual([{ mutation, outcome }]);
});

test('confirms that a change was carried out, with its operation', async () => {
  const { store, settle, stored } = await setUp({ operations: [operation(suspension)] });
  const id = await recordUnknown(store);
  const settled = await settle(id, { action: 'CONFIRM_DONE', operationId: 'op' });
  expect(settled).toMatchObject({ id, outcome: 'DONE', operationId: 'op', failure: null });
  expect(stored).toEqual(['op']);
  const input = { auditEntry: id, action: 'CONFIRM_DONE', operationId: 'op' };
  expect(await actionsOf(store)).toEqual([{ outcome: 'DONE', code: undefined, input }]);
});

test('confirms that a change was not carried out, which frees its key', async () => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store, { idempotencyKey: 'k1' });
  const settled = await settle(id, { action: 'CONFIRM_NOT_DONE' });
  expect(settled).toMatchObject({ outcome: 'REFUSED', failure: { code: 'FAILED_PRECONDITION' } });
  await recordWrite(store.writes, newWrite({ idempotencyKey: 'k1' }));
});

test('confirms a reseller change without an operation', async () => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store, { mutation: 'cancelSubscription' });
  expect(await settle(id, { action: 'CONFIRM_DONE' })).toMatchObject({ outcome: 'DONE' });
});

test.each<[string, Partial<NewWrite>, Partial<SettleRequest>]>([
  ['a billing change without one', {}, { action: 'CONFIRM_DONE' }],
  ['a repeat with one', {}, { action: 'REPEAT', operationId: 'op' }],
  [
    'a reseller change with one',
    { mutation: 'cancelSubscription' },
    { action: 'CONFIRM_DONE', operationId: 'op' },
  ],
])('rejects the operation id of %s', async (_, fields, request) => {
  const { store, settle } = await setUp({ operations: [operation(suspension)] });
  const id = await recordUnknown(store, fields);
  await expect(settle(id, request)).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    violations: [{ field: 'input.operationId' }],
  });
  expect(await actionsOf(store)).toEqual([]);
});

test.each<[string, Operation | null, string]>([
  ['does not exist', null, 'NOT_FOUND'],
  ['is of another kind', operation(), 'FAILED_PRECONDITION'],
  [
    'is about another customer',
    operation({
      ...suspension,
      metadata: { type: 'customer', resellerId: 'R1', customerId: 'C2' },
    }),
    'FAILED_PRECONDITION',
  ],
])('refuses an operation that %s, and records that', async (_, state, code) => {
  const { store, settle } = await setUp({ operations: state ? [state] : [] });
  const id = await recordUnknown(store);
  const request = { action: 'CONFIRM_DONE', operationId: 'op' } as const;
  await expect(settle(id, request)).rejects.toMatchObject({ code });
  expect(await actionsOf(store)).toMatchObject([{ outcome: 'REFUSED', code }]);
  expect((await store.writes.get(id))?.record.outcome).toBe('UNKNOWN');
});

test('refuses an operation that another change has', async () => {
  const { store, settle } = await setUp({ operations: [operation(suspension)] });
  const [first, second] = [await recordUnknown(store), await recordUnknown(store)];
  const request = { action: 'CONFIRM_DONE', operationId: 'op' } as const;
  await settle(first, request);
  await expect(settle(second, request)).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('belongs to another audit entry'),
  });
});

test.each([
  'REPEAT',
  'CONFIRM_NOT_DONE',
] as const)('%s fails retryably while a call of the change may be on its way', async (action) => {
  const { store, settle } = await setUp();
  const { record } = await recordWrite(store.writes);
  await expect(settle(record.id, { action })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable: true,
  });
  expect(await actionsOf(store)).toMatchObject([{ outcome: 'REFUSED', code: 'UNAVAILABLE' }]);
});

test.each([
  'REPEAT',
  'CONFIRM_NOT_DONE',
] as const)('%s fails once the change has an outcome', async (action) => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store);
  await store.writes.settle(id, 'DONE', null);
  await expect(settle(id, { action })).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('DONE already'),
  });
});

test('a repeat of a superseded change is refused', async () => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store);
  const request = { kind: 'ACTIVATE_CUSTOMER' };
  await recordWrite(store.writes, newWrite({ idempotencyKey: 'k2', request }));
  await expect(settle(id, {})).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('A different change of the same object was sent later'),
  });
});

test('a repeat of a billing change is refused once billing may have forgotten the key', async () => {
  const { store, settle } = await setUp({ keyWindowMs: 0 });
  const id = await recordUnknown(store);
  await expect(settle(id, {})).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('forgotten its idempotency key'),
  });
  const other = await recordUnknown(store, { mutation: 'cancelSubscription', serialiseOn: 'C2' });
  await expect(settle(other, {})).rejects.toBeInstanceOf(OutcomeUnknown);
});

test('a repeat of a reseller change is refused once its request was erased', async () => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store, { mutation: 'cancelSubscription', serialiseOn: 'C2' });
  expect(await store.audit.eraseRequests(-1_000, 10)).toBe(1);
  await expect(settle(id, {})).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('The request was erased after 30 days'),
  });
  expect(await settle(id, { action: 'CONFIRM_DONE' })).toMatchObject({ outcome: 'DONE' });
});

test('a repeat of a change that no conduct is registered for is refused', async () => {
  const { store, settle } = await setUp({ conductOf: () => null });
  const id = await recordUnknown(store, { mutation: 'cancelSubscription' });
  await expect(settle(id, {})).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: 'cancelSubscription cannot be repeated. Use CONFIRM_DONE or CONFIRM_NOT_DONE.',
  });
});

test('a repeat that is sent is recorded, whatever its outcome', async () => {
  const { store, settle } = await setUp();
  const id = await recordUnknown(store);
  await expect(settle(id, {})).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await actionsOf(store)).toMatchObject([{ outcome: 'DONE' }]);
});

test('a repeat returns the entry as it was settled meanwhile', async () => {
  const { store, settle } = await setUp({
    engine: {
      async continue(_conduct, { record }) {
        await store.writes.settle(record.id, 'REFUSED', failure);
        throw new GatewayError('UNAVAILABLE', 'no answer');
      },
    },
  });
  const id = await recordUnknown(store);
  expect(await settle(id, {})).toMatchObject({ id, outcome: 'REFUSED' });
});

test('a repeat that fails before it leaves reports the failure', async () => {
  const { store, settle } = await setUp({
    engine: {
      async continue() {
        throw new GatewayError('UNAVAILABLE', 'the database is away', { retryable: true });
      },
    },
  });
  const id = await recordUnknown(store);
  await expect(settle(id, {})).rejects.toMatchObject({ message: 'the database is away' });
});

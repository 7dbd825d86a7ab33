import { randomUUID } from 'node:crypto';
import type { Notification } from '../../src/domain/notification.ts';
import type { HeldOperation, OperationEntry } from '../../src/domain/operation.ts';
import type {
  ListedOperation,
  OperationFilter,
  OperationJournal,
} from '../../src/store/operations/journal.ts';
import { requestHash } from '../../src/store/writes/request-hash.ts';
import type { StoredWrite } from '../../src/store/writes/write-rows.ts';
import type { NewWrite, WriteStore } from '../../src/store/writes/write-store.ts';
import { operation, succeeded } from '../operations/operations.support.ts';

/** A write before it is recorded: a suspension by alice, with a key of her own. */
export function newWrite(fields: Partial<NewWrite> = {}): NewWrite {
  const request = { kind: 'SUSPEND_CUSTOMER', resellerId: 'R1', customerId: 'C1' };
  return {
    id: randomUUID(),
    viewer: 'alice',
    agent: null,
    mutation: 'suspendCustomer',
    serialiseOn: 'C1',
    target: { resellerId: 'R1', customerId: 'C1', resellerCustomerId: null, skuId: null },
    requestHash: requestHash(fields.request ?? request),
    request,
    snapshot: null,
    input: { resellerId: 'R1', customerId: 'C1' },
    idempotencyKey: 'key',
    isKeyGiven: true,
    upstreamKey: randomUUID(),
    linkTo: null,
    requestId: 'req-1',
    ...fields,
  };
}

/** Records a write, held for a second by the attempt `holder`. */
export async function recordWrite(
  writes: Pick<WriteStore, 'record'>,
  write: NewWrite = newWrite(),
  holder = 'holder',
): Promise<StoredWrite> {
  const recorded = await writes.record(write, { holder, holdMs: 1_000 }, () => 'record');
  if ('record' in recorded) return recorded;
  throw new Error('the write was not recorded');
}

export function notification(fields: Partial<Notification> = {}): Notification {
  return {
    messageId: 'm1',
    publishTime: new Date('2026-02-03T04:05:06.789Z'),
    raw: { event_type: 'SUBSCRIPTION_SUSPENDED' },
    type: 'SUBSCRIPTION_SUSPENDED',
    customerId: 'G1',
    customerDomain: 'a.example',
    subscriptionId: 'S1',
    skuId: 'K1',
    suspensionReasons: ['RESELLER_INITIATED'],
    cancellationReason: null,
    ...fields,
  };
}

export const ids = (entries: readonly (OperationEntry | null)[]) =>
  entries.map((entry) => entry?.operation.operationId ?? null);

export const heldIds = (held: readonly HeldOperation[]) => ids(held.map(({ entry }) => entry));

export const sequences = (entries: readonly OperationEntry[]) =>
  entries.map(({ sequence }) => sequence);

/** Appends a running operation for each id, in order. */
export async function startAll(journal: OperationJournal, operationIds: readonly string[]) {
  for (const operationId of operationIds) await journal.append(operation({ operationId }));
}

export async function finish(journal: OperationJournal, operationId: string) {
  return journal.append(succeeded({ operationId }));
}

/** `count` names: `a0`, `a1` and so on. */
export const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** One page of operations. */
export async function pageOf(
  journal: Pick<OperationJournal, 'pages'>,
  filter: OperationFilter,
  before: number | null,
  limit: number,
): Promise<readonly ListedOperation[]> {
  const [page = []] = await journal.pages([{ filter, before, limit }]);
  return page;
}

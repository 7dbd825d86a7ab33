import type { Notification } from '../../src/domain/notification.ts';
import type { OperationEntry } from '../../src/domain/operation.ts';
import type {
  Intent,
  ListedOperation,
  OperationFilter,
  OperationJournal,
} from '../../src/store/operations/journal.ts';
import { operation, succeeded } from '../operations/operations.support.ts';

/** What a mutation keeps before its call goes out. */
export function intent(fields: Partial<Intent> = {}): Omit<Intent, 'operationId'> {
  return {
    idempotencyKey: 'key',
    kind: 'SUSPEND_CUSTOMER',
    request: { reason: 'unpaid' },
    resellerId: 'R1',
    customerId: 'C1',
    linkTo: null,
    caller: 'alice',
    createdAt: new Date('2026-02-03T04:05:06.789Z'),
    ...fields,
  };
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

export const sequences = (entries: readonly OperationEntry[]) =>
  entries.map(({ sequence }) => sequence);

/** Has every one of these operations start, in order. */
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

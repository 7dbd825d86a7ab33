import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import type { BillingCustomerKey, CustomerLink } from '../../domain/customer.ts';
import { type Operation, type OperationEntry, operationStatus } from '../../domain/operation.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import type { Database, StoreLog } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { insertLink } from '../links/customer-links.ts';
import { entryReads } from './entry-reads.ts';
import type { OperationJournal } from './journal.ts';
import { decodeOperation, encodeOperation } from './operation-json.ts';
import { latestEntries, toEntry } from './rows.ts';

/** Publishes the id of every operation that changed. */
export function entryWrites(
  database: Database,
  changes: Changes,
  log: StoreLog,
): Pick<OperationJournal, 'append' | 'started'> {
  const { latest } = entryReads(database);

  /** Publishes a change only after it is committed. */
  async function write(work: (trx: Transaction<Tables>) => Promise<Appended>) {
    const { entry, isNew } = await database.write(work);
    if (isNew) changes.publish('operation', entry.operation.operationId);
    return entry;
  }

  return {
    async append(operation) {
      // Most readings show no change; those take no lock and write nothing.
      const known = await latest(operation.operationId);
      if (known && isOutdated(known.operation, operation)) return known;
      return write(async (trx) => {
        const appended = await appendIn(database, trx, operation, null);
        if (appended.isNew) await linkIn(trx, operation, log);
        return appended;
      });
    },
    async started(caller, idempotencyKey, operation) {
      return write(async (trx) => {
        const intent = await trx
          .selectFrom('operation_intents')
          .select(['reseller_id', 'customer_id'])
          .where('caller', '=', caller)
          .where('idempotency_key', '=', idempotencyKey)
          .executeTakeFirst();
        const appended = await appendIn(database, trx, operation, intent ? toKey(intent) : null);
        await trx
          .updateTable('operation_intents')
          .set({ operation_id: operation.operationId })
          .where('caller', '=', caller)
          .where('idempotency_key', '=', idempotencyKey)
          .where('operation_id', 'is', null)
          .execute();
        await linkIn(trx, operation, log);
        return appended;
      });
    },
  };
}

interface Appended {
  readonly entry: OperationEntry;
  readonly isNew: boolean;
}

/** @param intended the customer to record when the operation does not name one */
async function appendIn(
  database: Database,
  trx: Transaction<Tables>,
  operation: Operation,
  intended: BillingCustomerKey | null,
): Promise<Appended> {
  await database.serialiseAppends(trx, 'operation_entries');
  const known = await latestEntries(trx)
    .select(['o.reseller_id', 'o.customer_id'])
    .where('o.operation_id', '=', operation.operationId)
    .executeTakeFirst();
  const latest = known && toEntry(known);
  if (latest && isOutdated(latest.operation, operation)) return { entry: latest, isNew: false };

  const isSame = latest && !isAnother(latest.operation, operation);
  const customer = (isSame && toKey(known)) || customerOf(operation) || intended;
  const { number, first_seen_at } = known ?? (await insertOperation(database, trx, operation));
  const state = encodeOperation(operation);
  const ids = {
    reseller_id: customer?.resellerId ?? null,
    customer_id: customer?.customerId ?? null,
  };
  const { sequence } = await trx
    .insertInto('operation_entries')
    .values({ operation_number: number, ...ids, state })
    .returning('sequence')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('operations')
    .set({ ...ids, ...statusColumns(operation), latest_sequence: sequence })
    .where('number', '=', number)
    .execute();
  await database.announce(trx, announcementOf('operation', operation.operationId));
  return { entry: toEntry({ sequence, first_seen_at, state }), isNew: true };
}

/** Creates the link that the mutation asked for, in the transaction that records the success. */
async function linkIn(
  trx: Transaction<Tables>,
  { operationId, done, result }: Operation,
  log: StoreLog,
): Promise<void> {
  if (!done || result?.type !== 'customer') return;
  const intent = await trx
    .selectFrom('operation_intents')
    .select(['link_to', 'reseller_id'])
    .where('operation_id', '=', operationId)
    .where('link_to', 'is not', null)
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (intent?.link_to == null) return;
  const { customerId, resellerId } = result.customer;
  const billing = { resellerId: resellerId || (intent.reseller_id ?? ''), customerId };
  const link: CustomerLink = { billing, resellerCustomerId: intent.link_to };
  const rival = await insertLink(trx, link);
  // The operation has succeeded, and no client is waiting for a response: the conflict is logged.
  if (rival) log.warn({ link, rival, operation: operationId }, 'link not created: conflict');
}

function insertOperation(database: Database, trx: Transaction<Tables>, operation: Operation) {
  return trx
    .insertInto('operations')
    .values({
      ...statusColumns(operation),
      operation_id: operation.operationId,
      first_seen_at: database.now,
      latest_sequence: 0,
      lease_until: 0,
    })
    .returning(['number', 'first_seen_at'])
    .executeTakeFirstOrThrow();
}

function statusColumns(operation: Operation) {
  const done = operation.done ? 1 : 0;
  return { status: operationStatus(operation), done } as const;
}

/** Whether `next` adds nothing to `latest`, compared in the form that the journal returns. */
function isOutdated(latest: Operation, next: Operation): boolean {
  if (isAnother(latest, next)) return false;
  return latest.done || isDeepStrictEqual(latest, decodeOperation(encodeOperation(next)));
}

/** A test server that restarts reuses operation ids; their creation times differ. */
function isAnother(latest: Operation, next: Operation): boolean {
  if (!latest.createdAt || !next.createdAt) return false;
  return latest.createdAt.getTime() !== next.createdAt.getTime();
}

function customerOf({ metadata, result }: Operation): BillingCustomerKey | null {
  if (metadata?.type === 'customer') return metadata;
  return result?.type === 'customer' ? result.customer : null;
}

function toKey(row: { reseller_id: string | null; customer_id: string | null }) {
  const { reseller_id: resellerId, customer_id: customerId } = row;
  return resellerId !== null && customerId !== null ? { resellerId, customerId } : null;
}

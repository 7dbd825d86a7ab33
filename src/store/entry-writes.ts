import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import type { BillingCustomerKey } from '../domain/customer.ts';
import { type Operation, type OperationEntry, operationStatus } from '../domain/operation.ts';
import type { Database } from './database/database.ts';
import type { Tables } from './database/tables.ts';
import type { DurableJournal } from './durable-journal.ts';
import { entryReads } from './entry-reads.ts';
import { decodeOperation, encodeOperation } from './operation-json.ts';
import { latestEntries, toEntry } from './rows.ts';

/** @param announce is told of every operation that changed, once the change is on disk */
export function entryWrites(
  database: Database,
  announce: (operationId: string) => void,
): Pick<DurableJournal, 'append' | 'started'> {
  const { latest } = entryReads(database);

  /** Tells of the change when it is on disk, not when it is written. */
  async function write(work: (trx: Transaction<Tables>) => Promise<Appended>) {
    const { entry, isNew } = await database.write(work);
    if (isNew) announce(entry.operation.operationId);
    return entry;
  }

  return {
    async append(operation) {
      // Most readings show no change: they cost no lock and no write.
      const known = await latest(operation.operationId);
      if (known && isLate(known.operation, operation)) return known;
      return write((trx) => appendIn(database, trx, operation, null));
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
        return appended;
      });
    },
  };
}

interface Appended {
  readonly entry: OperationEntry;
  readonly isNew: boolean;
}

/** @param intended the customer, when the operation itself does not say */
async function appendIn(
  database: Database,
  trx: Transaction<Tables>,
  operation: Operation,
  intended: BillingCustomerKey | null,
): Promise<Appended> {
  await database.serialiseAppends(trx);
  const known = await latestEntries(trx)
    .select(['o.reseller_id', 'o.customer_id'])
    .where('o.operation_id', '=', operation.operationId)
    .executeTakeFirst();
  const latest = known && toEntry(known);
  if (latest && isLate(latest.operation, operation)) return { entry: latest, isNew: false };

  const customer = (known && toKey(known)) ?? customerOf(operation) ?? intended;
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
    .set({ ...ids, ...standing(operation), latest_sequence: sequence })
    .where('number', '=', number)
    .execute();
  await database.announce(trx, operation.operationId);
  return { entry: toEntry({ sequence, first_seen_at, state }), isNew: true };
}

function insertOperation(database: Database, trx: Transaction<Tables>, operation: Operation) {
  return trx
    .insertInto('operations')
    .values({
      ...standing(operation),
      operation_id: operation.operationId,
      first_seen_at: database.now,
      latest_sequence: 0,
      lease_until: 0,
    })
    .returning(['number', 'first_seen_at'])
    .executeTakeFirstOrThrow();
}

function standing(operation: Operation) {
  const done = operation.done ? 1 : 0;
  return { status: operationStatus(operation), done } as const;
}

/** Whether `next` adds nothing to `latest`. Compared as the journal would give it back. */
function isLate(latest: Operation, next: Operation): boolean {
  return latest.done || isDeepStrictEqual(latest, decodeOperation(encodeOperation(next)));
}

function customerOf({ metadata, result }: Operation): BillingCustomerKey | null {
  if (metadata?.type === 'customer') return metadata;
  return result?.type === 'customer' ? result.customer : null;
}

function toKey(row: { reseller_id: string | null; customer_id: string | null }) {
  const { reseller_id: resellerId, customer_id: customerId } = row;
  return resellerId !== null && customerId !== null ? { resellerId, customerId } : null;
}

import { type Kysely, sql } from 'kysely';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import { isPolled, type Operation, operationStatus } from '../../domain/operation.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { encodeOperation } from './operation-json.ts';
import { isAnother } from './readings.ts';
import { filterColumns, latestEntries, toEntry } from './rows.ts';

/** The operation as the journal has it before an append; null when it does not have it. */
export type KnownOperation = ReturnType<typeof toKnown>;

/** A state to append after the entry `known`. */
export interface Append {
  readonly operation: Operation;
  readonly known: KnownOperation | null;
  /** The instance that must hold the lease; null when none is required. */
  readonly leaseHolder: string | null;
}

interface KnownRow {
  readonly number: number;
  readonly first_seen_at: number;
  readonly sequence: number;
  readonly state: string;
  readonly reseller_id: string | null;
  readonly customer_id: string | null;
}

export function toKnown(row: KnownRow) {
  const { reseller_id: resellerId, customer_id: customerId } = row;
  return {
    entry: toEntry(row),
    customer: resellerId !== null && customerId !== null ? { resellerId, customerId } : null,
  };
}

/** @param leaseHolder the instance whose lease `is_held` reports */
export function selectKnown(
  database: Database,
  db: Kysely<Tables>,
  operationId: string,
  leaseHolder: string | null,
) {
  const isHeld = sql<number>`case when o.lease_holder = ${leaseHolder ?? ''}
    and o.lease_until > ${database.now} then 1 else 0 end`;
  return latestEntries(db)
    .select(['o.customer_id', isHeld.as('is_held')])
    .where('o.operation_id', '=', operationId);
}

/** Inserts nothing when the operation exists: `on conflict` would use up a number each time. */
export function insertOperation(database: Database, db: Kysely<Tables>, operation: Operation) {
  const { operationId } = operation;
  const { status, done } = statusColumns(operation);
  return db
    .insertInto('operations')
    .columns(['operation_id', 'status', 'done', 'first_seen_at', 'latest_sequence', 'lease_until'])
    .expression(
      db
        .selectNoFrom([
          sql<string>`cast(${operationId} as text)`.as('operation_id'),
          sql<string>`cast(${status} as text)`.as('status'),
          sql.lit(done).as('done'),
          database.now.as('first_seen_at'),
          sql.lit(0).as('latest_sequence'),
          sql.lit(0).as('lease_until'),
        ])
        .where(
          sql<boolean>`not exists (select 1 from operations where operation_id = ${operationId})`,
        ),
    );
}

/**
 * Inserts the entry if the latest entry is still the known one and the lease is held. The lease is a
 * condition of this statement, so that an instance that was stopped until its lease expired cannot
 * append after its successor.
 */
export function insertEntry(database: Database, db: Kysely<Tables>, append: Append) {
  const { operation, known, leaseHolder } = append;
  const customer = customerColumns(append);
  return db
    .insertInto('operation_entries')
    .columns(['operation_number', 'reseller_id', 'customer_id', 'state'])
    .expression((eb) => {
      const target = eb
        .selectFrom('operations')
        .select([
          'number',
          sql<string | null>`cast(${customer.reseller_id} as text)`.as('reseller_id'),
          sql<string | null>`cast(${customer.customer_id} as text)`.as('customer_id'),
          sql<string>`cast(${encodeOperation(operation)} as text)`.as('state'),
        ])
        .where('operation_id', '=', operation.operationId)
        .where('latest_sequence', '=', known?.entry.sequence ?? 0);
      if (leaseHolder === null) return target;
      return target.where('lease_holder', '=', leaseHolder).where('lease_until', '>', database.now);
    });
}

/** Makes the entry the latest one; changes nothing when `insertEntry` inserted none. */
export function setLatestEntry(db: Kysely<Tables>, append: Append) {
  const last = sql<number>`(select max(sequence) from operation_entries
    where operation_number = operations.number)`;
  return db
    .updateTable('operations')
    .set({
      ...customerColumns(append),
      ...statusColumns(append.operation),
      ...filterColumns(append.operation),
      latest_sequence: last,
    })
    .where('operation_id', '=', append.operation.operationId)
    .where('latest_sequence', '=', append.known?.entry.sequence ?? 0)
    .where('latest_sequence', '<', last);
}

function statusColumns(operation: Operation) {
  return { status: operationStatus(operation), done: isPolled(operation) ? 0 : 1 } as const;
}

/** Once known, the customer of an operation stays the same, and so does its reseller. */
function customerColumns({ operation, known }: Append) {
  const same = known && !isAnother(known.entry.operation, operation) ? known : null;
  const customer = same?.customer ?? customerOf(operation);
  return {
    reseller_id: customer?.resellerId || (same?.entry.resellerId ?? null),
    customer_id: customer?.customerId ?? null,
  };
}

function customerOf({ metadata, result }: Operation): BillingCustomerKey | null {
  if (metadata?.type === 'customer') return metadata;
  return result?.type === 'customer' ? result.customer : null;
}

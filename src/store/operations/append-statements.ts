import { sql } from 'kysely';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import { isPolled, type Operation, operationStatus } from '../../domain/operation.ts';
import type { Database } from '../database/database.ts';
import { template } from '../database/template.ts';
import { hasLease } from './leases.ts';
import { encodeOperation } from './operation-json.ts';
import { isAnother } from './readings.ts';
import { latestEntries, toEntry } from './rows.ts';

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
  readonly is_held: number;
}

export function toKnown(row: KnownRow) {
  const { reseller_id: resellerId, customer_id: customerId } = row;
  return {
    entry: toEntry(row),
    customer: resellerId !== null && customerId !== null ? { resellerId, customerId } : null,
  };
}

/** What the statements of an append are filled with. */
type AppendValues = ReturnType<typeof valuesOf>;

export function valuesOf(append: Append) {
  const { operation, known, leaseHolder } = append;
  return {
    operationId: operation.operationId,
    status: operationStatus(operation),
    done: isPolled(operation) ? 0 : 1,
    kind: operation.kind,
    startedAt: operation.createdAt?.getTime() ?? null,
    state: encodeOperation(operation),
    sequence: known?.entry.sequence ?? 0,
    leaseHolder: leaseHolder ?? '',
    ...customerOf(append),
  } as const;
}

/** The statements of an append, which are compiled once for a database. */
export function appendStatements(database: Database) {
  return {
    select: selectKnown(database),
    insertOperation: insertOperation(database),
    insertEntry: insertEntry(database, false),
    insertHeldEntry: insertEntry(database, true),
    setLatestEntry: setLatestEntry(),
  };
}

/** Selects the operation as the journal has it, and whether an instance holds its lease. */
function selectKnown(database: Database) {
  return template<Pick<AppendValues, 'operationId' | 'leaseHolder'>, KnownRow>((db, slot) => {
    const isHeld = sql<number>`case when o.lease_holder = ${slot('leaseHolder')}
      and ${hasLease(database, slot('leaseHolder'))} then 1 else 0 end`;
    return latestEntries(db)
      .select(['o.customer_id', isHeld.as('is_held')])
      .where('o.operation_id', '=', slot('operationId'))
      .compile();
  });
}

/** Inserts nothing when the operation exists: `on conflict` would use up a number each time. */
function insertOperation(database: Database) {
  return template<AppendValues, unknown>((db, slot) =>
    db
      .insertInto('operations')
      .columns([
        ...(['operation_id', 'status', 'done', 'first_seen_at'] as const),
        'latest_sequence',
      ])
      .expression(
        db
          .selectNoFrom([
            sql<string>`cast(${slot('operationId')} as text)`.as('operation_id'),
            sql<string>`cast(${slot('status')} as text)`.as('status'),
            sql<number>`cast(${slot('done')} as integer)`.as('done'),
            database.now.as('first_seen_at'),
            sql.lit(0).as('latest_sequence'),
          ])
          .where(
            sql<boolean>`not exists (select 1 from operations
              where operation_id = ${slot('operationId')})`,
          ),
      )
      .compile(),
  );
}

/**
 * Inserts the entry if the latest entry is still the known one and the operation is held. That is a
 * condition of this statement, so that an instance that was stopped until its lease expired cannot
 * append after its successor.
 */
function insertEntry(database: Database, isHeld: boolean) {
  return template<AppendValues, unknown>((db, slot) =>
    db
      .insertInto('operation_entries')
      .columns(['operation_number', 'reseller_id', 'customer_id', 'state'])
      .expression((eb) => {
        const target = eb
          .selectFrom('operations')
          .select([
            'number',
            sql<string | null>`cast(${slot('reseller_id')} as text)`.as('reseller_id'),
            sql<string | null>`cast(${slot('customer_id')} as text)`.as('customer_id'),
            sql<string>`cast(${slot('state')} as text)`.as('state'),
          ])
          .where('operation_id', '=', slot('operationId'))
          .where('latest_sequence', '=', slot('sequence'));
        if (!isHeld) return target;
        return target
          .where('lease_holder', '=', slot('leaseHolder'))
          .where(hasLease(database, slot('leaseHolder')));
      })
      .compile(),
  );
}

/** Makes the entry the latest one; changes nothing when `insertEntry` inserted none. */
function setLatestEntry() {
  const last = sql<number>`(select max(sequence) from operation_entries
    where operation_number = operations.number)`;
  return template<AppendValues, unknown>((db, slot) =>
    db
      .updateTable('operations')
      .set({
        reseller_id: slot('reseller_id'),
        customer_id: slot('customer_id'),
        status: slot('status'),
        done: slot('done'),
        kind: slot('kind'),
        started_at: sql<number>`coalesce(cast(${slot('startedAt')} as bigint), first_seen_at)`,
        latest_sequence: last,
      })
      .where('operation_id', '=', slot('operationId'))
      .where('latest_sequence', '=', slot('sequence'))
      .where('latest_sequence', '<', last)
      .compile(),
  );
}

/** Once known, the customer of an operation stays the same, and so does its reseller. */
function customerOf({ operation, known }: Append) {
  const same = known && !isAnother(known.entry.operation, operation) ? known : null;
  const customer = same?.customer ?? namedCustomer(operation);
  return {
    reseller_id: customer?.resellerId || (same?.entry.resellerId ?? null),
    customer_id: customer?.customerId ?? null,
  };
}

function namedCustomer({ metadata, result }: Operation): BillingCustomerKey | null {
  if (metadata?.type === 'customer') return metadata;
  return result?.type === 'customer' ? result.customer : null;
}

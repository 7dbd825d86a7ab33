import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from './database.ts';
import { addAuditLog } from './migrate-audit.ts';
import { addOperationFilters, addOperationIndexes } from './migrate-operation-filters.ts';
import { createPollLeases } from './migrate-poll-leases.ts';
import { createPortfolio } from './migrate-portfolio.ts';
import { addPortfolioTexts } from './migrate-portfolio-texts.ts';
import { addTraceContext } from './migrate-trace-context.ts';
import { createWrites } from './migrate-writes.ts';
import { runningNumber } from './running-number.ts';

/**
 * Every migration by name. Each runs once, in the order of the names. Never edit a released
 * migration: add a new one.
 */
export function migrations(kind: DatabaseKind): Record<string, Migration> {
  return {
    '0001-operations': { up: (db) => createOperations(db, kind) },
    '0002-intents': { up: (db) => createIntents(db, kind) },
    '0003-links': { up: createLinks },
    '0004-notifications': { up: (db) => createNotifications(db, kind) },
    '0005-writes': { up: (db) => createWrites(db, kind) },
    '0007-audit': { up: addAuditLog },
    '0008-tenants': { up: addTenantIndexes },
    '0009-operation-filters': { up: (db) => addOperationFilters(db, kind) },
    '0010-portfolio': { up: (db) => createPortfolio(db, kind) },
    '0011-trace-context': { up: addTraceContext },
    '0012-operation-indexes': { up: addOperationIndexes },
    '0013-poll-leases': { up: createPollLeases },
    '0014-portfolio-texts': { up: (db) => addPortfolioTexts(db, kind) },
  };
}

async function createOperations(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`create table operations (
    number ${runningNumber(kind)},
    operation_id text not null unique,
    status text not null,
    done integer not null,
    reseller_id text,
    customer_id text,
    first_seen_at bigint not null,
    latest_sequence bigint not null,
    lease_holder text,
    lease_until bigint not null default 0
  )`.execute(db);
  await sql`create table operation_entries (
    sequence ${runningNumber(kind)},
    operation_number bigint not null references operations (number),
    reseller_id text,
    customer_id text,
    state text not null
  )`.execute(db);
  for (const index of [
    sql`create index operations_by_customer on operations (reseller_id, customer_id, number)`,
    sql`create index operations_by_status on operations (status, number)`,
    // Partial: the cost of claiming does not depend on the number of finished operations.
    sql`create index operations_to_poll on operations (lease_until) where done = 0`,
    sql`create index entries_by_operation on operation_entries (operation_number, sequence)`,
    sql`create index entries_by_customer on operation_entries (reseller_id, customer_id, sequence)`,
  ]) {
    await index.execute(db);
  }
}

async function createIntents(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`create table operation_intents (
    number ${runningNumber(kind)},
    caller text not null,
    idempotency_key text not null,
    kind text not null,
    request text not null,
    reseller_id text,
    customer_id text,
    created_at bigint not null,
    touched_at bigint not null,
    operation_id text references operations (operation_id),
    unique (caller, idempotency_key)
  )`.execute(db);
  await sql`create index intents_by_operation on operation_intents (operation_id)
    where operation_id is not null`.execute(db);
  await sql`create index intents_to_repeat on operation_intents (touched_at)
    where operation_id is null`.execute(db);
}

async function createLinks(db: Kysely<unknown>): Promise<void> {
  await sql`create table customer_links (
    reseller_id text not null,
    customer_id text not null,
    reseller_customer_id text not null unique,
    primary key (reseller_id, customer_id)
  )`.execute(db);
  await sql`alter table operation_intents add column link_to text`.execute(db);
  await sql`create index intents_by_link on operation_intents (link_to)
    where link_to is not null`.execute(db);
}

async function createNotifications(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`create table notifications (
    sequence ${runningNumber(kind)},
    message_id text not null unique,
    type text not null,
    customer_id text,
    received_at bigint not null,
    notification text not null
  )`.execute(db);
  for (const index of [
    sql`create index notifications_by_customer on notifications (customer_id, sequence)`,
    sql`create index notifications_by_type on notifications (type, sequence)`,
  ]) {
    await index.execute(db);
  }
}

async function addTenantIndexes(db: Kysely<unknown>): Promise<void> {
  for (const index of [
    sql`create index operations_by_reseller on operations (reseller_id, number)`,
    sql`create index entries_by_reseller on operation_entries (reseller_id, sequence)`,
    sql`create index links_by_reseller on customer_links (reseller_id, reseller_customer_id)`,
  ]) {
    await index.execute(db);
  }
}

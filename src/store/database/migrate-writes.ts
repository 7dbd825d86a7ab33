import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { requestHash } from '../writes/request-hash.ts';
import type { DatabaseKind } from './database.ts';
import { runningNumber } from './running-number.ts';

/** Rows per statement: SQLite allows 32,766 parameters. */
const CHUNK = 500;

/** Creates the writes table and moves the intents of earlier versions into it. */
export async function createWrites(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`create table writes (
    number ${runningNumber(kind)},
    id text not null unique,
    viewer text not null,
    agent text,
    mutation text not null,
    target text not null,
    reseller_id text,
    customer_id text,
    reseller_customer_id text,
    sku_id text,
    request_hash text not null,
    request text,
    snapshot text,
    input text not null,
    idempotency_key text not null,
    upstream_key text not null,
    link_to text,
    state text not null,
    attempts integer not null,
    holder text,
    held_until bigint not null default 0,
    superseded integer not null default 0,
    owed integer not null default 0,
    error_code text,
    error_message text,
    operation_id text,
    request_id text not null,
    recorded_at bigint not null,
    settled_at bigint
  )`.execute(db);
  await moveIntents(db);
  await sql`drop table operation_intents`.execute(db);
  for (const index of [
    sql`create unique index writes_by_key on writes (viewer, idempotency_key) where state <> 'REFUSED'`,
    sql`create index writes_open on writes (target) where state in ('PENDING', 'UNKNOWN') or owed = 1`,
    sql`create index writes_unsettled on writes (recorded_at) where state in ('PENDING', 'UNKNOWN')`,
    sql`create index writes_by_operation on writes (operation_id) where operation_id is not null`,
    sql`create index writes_by_link on writes (link_to) where link_to is not null`,
    sql`create index writes_by_viewer on writes (viewer, number)`,
    sql`create index writes_by_customer on writes (reseller_id, customer_id, number)`,
    sql`create index writes_by_reseller_customer on writes (reseller_customer_id, sku_id, number)`,
    sql`create index writes_by_mutation on writes (mutation, number)`,
    sql`create index writes_by_state on writes (state, number)`,
  ]) {
    await index.execute(db);
  }
}

interface IntentRow {
  readonly number: number;
  readonly caller: string;
  readonly idempotency_key: string;
  readonly kind: keyof typeof mutations;
  readonly request: string;
  readonly reseller_id: string | null;
  readonly customer_id: string | null;
  readonly created_at: number;
  readonly operation_id: string | null;
  readonly link_to: string | null;
}

const mutations = {
  INVITE_CUSTOMER: 'inviteCustomer',
  CREATE_RESELLER_SERVED_CUSTOMER: 'createResellerServedCustomer',
  ACTIVATE_CUSTOMER: 'activateCustomer',
  SUSPEND_CUSTOMER: 'suspendCustomer',
} as const;

async function moveIntents(db: Kysely<unknown>): Promise<void> {
  const tables = db.withTables<{ operation_intents: IntentRow; writes: Record<string, unknown> }>();
  for (let last = 0; ; ) {
    const intents = await tables
      .selectFrom('operation_intents')
      .selectAll()
      .where('number', '>', last)
      .orderBy('number')
      .limit(CHUNK)
      .execute();
    const end = intents.at(-1);
    if (!end) return;
    await tables.insertInto('writes').values(intents.map(toWrite)).execute();
    last = end.number;
  }
}

/** An intent without an operation stays pending: recovery repeats it only while it is young. */
function toWrite(intent: IntentRow) {
  const request: unknown = JSON.parse(intent.request);
  const hash = requestHash(request);
  const isDone = intent.operation_id !== null;
  const key = intent.customer_id ?? hash;
  return {
    id: randomUUID(),
    viewer: intent.caller,
    mutation: mutations[intent.kind],
    target: JSON.stringify(['billing', intent.reseller_id, key]),
    reseller_id: intent.reseller_id,
    customer_id: intent.customer_id,
    request_hash: hash,
    request: isDone ? null : intent.request,
    input: JSON.stringify({ resellerId: intent.reseller_id, customerId: intent.customer_id }),
    idempotency_key: intent.idempotency_key,
    // The key that the call was sent with: billing knows the write by it.
    upstream_key: intent.idempotency_key,
    link_to: intent.link_to,
    state: isDone ? 'DONE' : 'PENDING',
    attempts: 1,
    operation_id: intent.operation_id,
    request_id: '',
    recorded_at: intent.created_at,
    settled_at: isDone ? intent.created_at : null,
  };
}

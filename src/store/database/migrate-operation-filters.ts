import { type Kysely, sql } from 'kysely';
import type { DatabaseKind } from './database.ts';

/** Adds the kind and the time of the start, by which operations are filtered. */
export async function addOperationFilters(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`alter table operations add column kind text`.execute(db);
  await sql`alter table operations add column started_at bigint`.execute(db);
  const text = (name: string) =>
    kind === 'sqlite'
      ? sql<string>`json_extract(state, ${sql.lit(`$.${name}`)})`
      : sql<string>`(state::json ->> ${sql.lit(name)})`;
  const createdAt = text('createdAt');
  const milliseconds =
    kind === 'sqlite'
      ? sql`cast(round((julianday(${createdAt}) - 2440587.5) * 86400000) as integer)`
      : sql`cast(extract(epoch from cast(${createdAt} as timestamptz)) * 1000 as bigint)`;
  await sql`update operations set
    kind = (select ${text('kind')} from operation_entries where sequence = latest_sequence),
    started_at = coalesce(
      (select case when ${createdAt} like '____-%' then ${milliseconds} end
        from operation_entries where sequence = latest_sequence),
      first_seen_at)`.execute(db);
}

/**
 * Adds the indexes of the filters by kind and time. The expressions are those of the conditions: an
 * instance of an earlier version leaves both columns empty.
 */
export async function addOperationIndexes(db: Kysely<unknown>): Promise<void> {
  const kind = sql`coalesce(kind, 'UNKNOWN')`;
  for (const index of [
    sql`create index operations_by_kind on operations (status, (${kind}), number)`,
    sql`create index operations_by_reseller_kind
      on operations (reseller_id, status, (${kind}), number)`,
    sql`create index operations_by_start
      on operations ((coalesce(started_at, first_seen_at)), number)`,
  ]) {
    await index.execute(db);
  }
}

import { type Kysely, sql } from 'kysely';

/** Adds the trace that a write, and the operation that it started, belong to. */
export async function addTraceContext(db: Kysely<unknown>): Promise<void> {
  await sql`alter table writes add column trace_context text`.execute(db);
  await sql`alter table operations add column trace_context text`.execute(db);
}

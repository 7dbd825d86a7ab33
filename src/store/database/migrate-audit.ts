import { type Kysely, sql } from 'kysely';

/** Numbers the outcomes of writes, and adds the indexes that the audit log reads. */
export async function addAuditLog(db: Kysely<unknown>): Promise<void> {
  await sql`alter table writes add column sequence bigint`.execute(db);
  await sql`update writes set sequence = number where state <> 'PENDING'`.execute(db);
  for (const index of [
    sql`create index writes_by_sequence on writes (sequence) where sequence is not null`,
    sql`create index writes_by_viewer_sequence on writes (viewer, sequence)
      where sequence is not null`,
    sql`create index writes_to_prune on writes (recorded_at)
      where state <> 'PENDING' and state <> 'UNKNOWN'`,
    sql`create index writes_refused_by_key on writes (viewer, idempotency_key)
      where state = 'REFUSED'`,
  ]) {
    await index.execute(db);
  }
}

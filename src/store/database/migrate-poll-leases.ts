import { type Kysely, sql } from 'kysely';

/**
 * Gives each instance one lease on all operations that it polls, instead of one on each. Instances of
 * earlier versions, which may still be running, go on with `operations.lease_until`.
 */
export async function createPollLeases(db: Kysely<unknown>): Promise<void> {
  await sql`create table poll_leases (
    holder text primary key,
    lease_ms bigint not null,
    lease_until bigint not null
  )`.execute(db);
  // Partial: what a claim costs does not depend on the number of finished operations.
  await sql`create index operations_by_holder on operations (lease_holder, number)
    where done = 0`.execute(db);
  await sql`drop index operations_to_poll`.execute(db);
}

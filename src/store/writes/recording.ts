import { type Kysely, sql } from 'kysely';
import { GatewayError } from '../../domain/error.ts';
import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import { isUniqueViolation } from '../database/failure.ts';
import { inStatementSpan } from '../database/statement-span.ts';
import type { Tables } from '../database/tables.ts';
import { columnsOf, commitOutcome, lockName, refusedColumns } from './write-columns.ts';
import { isOpen, type StoredWrite, toStoredWrite, type WriteRow, writeRows } from './write-rows.ts';
import type { Hold, NewWrite, RelatedWrites, WriteStore } from './write-store.ts';

type RecordMethods = Pick<WriteStore, 'record' | 'related' | 'withdraw'>;

/** Attempts to record a write whose target changes between the decision and the commit. */
const MAX_DECISIONS = 20;

/** Recording: one round trip when nothing on the target is open, after a decision otherwise. */
export function recordMethods(database: Database, changes: Changes): RecordMethods {
  /** Null when the target changed since the decision; nothing is written then. */
  async function insert(
    write: NewWrite,
    hold: Hold,
    decidedOn: RelatedWrites | null,
  ): Promise<StoredWrite | null> {
    const link = write.linkTo === null ? [] : [`link ${write.linkTo}`];
    const [inserted] = await database.commit(
      (db) => {
        const inserting = insertWrite(database, db, write, hold, decidedOn);
        // Without a decision, it is inserted only if no write on the target is open.
        return decidedOn ? [inserting, supersede(db, write)] : [inserting];
      },
      { locks: [lockName(write.serialiseOn), ...link], signal: hold.signal },
    );
    const [row] = inserted.rows;
    return row ? toStoredWrite(row) : null;
  }

  /** Another target's write may take the key at the same time: the unique index decides. */
  async function insertOnce(...args: Parameters<typeof insert>): Promise<StoredWrite | null> {
    try {
      return await inStatementSpan(database, 'INSERT', 'writes', () => insert(...args));
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  return {
    async record(write, hold, decide) {
      // A link has to be decided on: another write may be going to create it.
      const alone = write.linkTo === null ? await insertOnce(write, hold, null) : null;
      if (alone) return alone;
      for (let attempt = 1; attempt <= MAX_DECISIONS; attempt++) {
        const related = await relatedWrites(database, write);
        const decision = decide(related);
        if (decision !== 'record') return decision;
        const recorded = await insertOnce(write, hold, related);
        if (recorded) return recorded;
      }
      const message = 'The object is being changed by too many requests; try again.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true });
    },
    related: (write) => relatedWrites(database, write),
    async withdraw(write, holder, failure) {
      const [refused] = await commitOutcome(database, changes, write.id, (db) => [
        db
          .insertInto('writes')
          .values({
            ...columnsOf(database, write),
            ...refusedColumns(database, failure),
            attempts: 0,
          })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet(refusedColumns(database, failure))
              .where('writes.state', '=', 'PENDING')
              .where('writes.attempts', '=', 1)
              .where('writes.holder', '=', holder),
          )
          .returning('id')
          .compile(),
      ]);
      return refused.rows.length > 0;
    },
  };
}

function relatedWrites(database: Database, write: NewWrite): Promise<RelatedWrites> {
  return database.read(async (db) => {
    const byKey = await writeRows(database, db)
      .where('viewer', '=', write.viewer)
      .where('idempotency_key', '=', write.idempotencyKey)
      .where('state', '<>', sql.lit('REFUSED'))
      .executeTakeFirst();
    const onTarget = await writeRows(database, db)
      .where('target', '=', write.serialiseOn)
      .where(isOpen)
      .orderBy('number', 'desc')
      .execute();
    const linking = write.linkTo === null ? [] : await linkingWrites(db, write).execute();
    return {
      byKey: byKey ? toStoredWrite(byKey) : null,
      onTarget: onTarget.map(toStoredWrite),
      isLinkTaken: linking.length > 0,
    };
  });
}

/** Other unfinished writes that will link to the same reseller customer. */
function linkingWrites(db: Kysely<Tables>, write: NewWrite) {
  return db
    .selectFrom('writes as w')
    .leftJoin('operations as o', 'o.operation_id', 'w.operation_id')
    .select('w.number')
    .where('w.link_to', '=', write.linkTo)
    .where('w.target', '<>', write.serialiseOn)
    .where(({ eb, or }) =>
      or([sql<boolean>`w.state in ('PENDING', 'UNKNOWN')`, eb('o.done', '=', 0)]),
    );
}

/** Inserts only if nothing was recorded on the target since the decision, and nothing is on its way. */
function insertWrite(
  database: Database,
  db: Kysely<Tables>,
  write: NewWrite,
  hold: Hold,
  decidedOn: RelatedWrites | null,
) {
  const row = {
    ...columnsOf(database, write),
    ...{ state: 'PENDING' as const, attempts: 1, holder: hold.holder },
    held_until: sql<number>`${database.now} + ${Math.ceil(hold.holdMs)}`,
  };
  const values = Object.values(row).map((value) => sql`${value}`);
  const names = Object.keys(row).map((name) => sql.ref(name));
  const last = Math.max(0, ...(decidedOn?.onTarget ?? []).map(({ record }) => record.number));
  const conditions = [
    sql`not exists (select 1 from writes where target = ${write.serialiseOn} and ${isOpen}
      and (number > ${last} or held_until > ${database.now}))`,
    sql`not exists (select 1 from writes where viewer = ${write.viewer}
      and idempotency_key = ${write.idempotencyKey} and state <> 'REFUSED')`,
    ...(write.linkTo === null ? [] : [sql`not exists ${linkingWrites(db, write)}`]),
  ];
  return sql<WriteRow>`insert into writes (${sql.join(names)})
    select ${sql.join(values)} where ${sql.join(conditions, sql` and `)}
    returning *, ${database.now} as now`.compile(db);
}

/** Marks open writes with another request, if the write that supersedes them was inserted. */
function supersede(db: Kysely<Tables>, write: NewWrite) {
  return db
    .updateTable('writes')
    .set({ superseded: 1 })
    .where('target', '=', write.serialiseOn)
    .where('request_hash', '<>', write.requestHash)
    .where(isOpen)
    .where('number', '<', (query) =>
      query.selectFrom('writes').select('number').where('id', '=', write.id),
    )
    .compile();
}

import { type Kysely, type RawBuilder, sql } from 'kysely';
import { GatewayError } from '../../domain/error.ts';
import type { WriteFailure } from '../../domain/write.ts';
import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import { isUniqueViolation } from '../database/failure.ts';
import { inStatementSpan } from '../database/statement-span.ts';
import type { Tables } from '../database/tables.ts';
import { template } from '../database/template.ts';
import type { Decide, Hold, NewWrite, RelatedWrites } from './new-write.ts';
import {
  columnsOf,
  commitOutcome,
  lockName,
  type RecordedValues,
  recordedColumns,
  recordedValues,
  refusedColumns,
} from './write-columns.ts';
import { isOpen, type StoredWrite, toStoredWrite, type WriteRow, writeRows } from './write-rows.ts';

/** Attempts to record a write whose target changes between the decision and the commit. */
const MAX_DECISIONS = 20;

/** Recording: one round trip when nothing on the target is open, after a decision otherwise. */
export function recordMethods(database: Database, changes: Changes) {
  const inserting = insertWrite(database, false);
  const insertingLink = insertWrite(database, true);

  /** Null when the target changed since the decision; nothing is written then. */
  async function insert(
    write: NewWrite,
    { holder, holdMs, signal }: Hold,
    decidedOn: RelatedWrites | null,
  ): Promise<StoredWrite | null> {
    const link = write.linkTo === null ? [] : [`link ${write.linkTo}`];
    const last = Math.max(0, ...(decidedOn?.onTarget ?? []).map(({ record }) => record.number));
    const values = { ...recordedValues(write), holder, holdMs: Math.ceil(holdMs), last };
    const [inserted] = await database.commit(
      (db) => {
        const statement = (write.linkTo === null ? inserting : insertingLink)(db, values);
        // Without a decision, it is inserted only if no write on the target is open.
        return decidedOn ? [statement, supersede(db, write)] : [statement];
      },
      { locks: [lockName(write.serialiseOn), ...link], signal },
    );
    const [row] = inserted.rows;
    return row ? insertedWrite(values, row) : null;
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
    /**
     * Records a write as PENDING, held by its first attempt, and marks every open write on the target
     * with another request as superseded; or returns what `decide` says. Serialised per target.
     */
    async record<D extends object>(
      write: NewWrite,
      hold: Hold,
      decide: Decide<D>,
    ): Promise<StoredWrite | D> {
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
    /** What a decision about this write would be based on. */
    related: (write: NewWrite) => relatedWrites(database, write),
    /**
     * Stores that a write was not sent, also when its record was never committed: a commit that is
     * still on its way then fails. False when it is in another state.
     */
    async withdraw(write: NewWrite, holder: string, failure: WriteFailure): Promise<boolean> {
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
    const linking =
      write.linkTo === null
        ? []
        : await linkingWrites(db, write.linkTo, write.serialiseOn).execute();
    return {
      byKey: byKey ? toStoredWrite(byKey) : null,
      onTarget: onTarget.map(toStoredWrite),
      isLinkTaken: linking.length > 0,
    };
  });
}

/** Other unfinished writes that will link to the same reseller customer. */
function linkingWrites(
  db: Kysely<Tables>,
  linkTo: string | null | RawBuilder<string | null>,
  target: string | RawBuilder<string>,
) {
  return db
    .selectFrom('writes as w')
    .leftJoin('operations as o', 'o.operation_id', 'w.operation_id')
    .select('w.number')
    .where('w.link_to', '=', linkTo)
    .where('w.target', '<>', target)
    .where(({ eb, or }) =>
      or([sql<boolean>`w.state in ('PENDING', 'UNKNOWN')`, eb('o.done', '=', 0)]),
    );
}

interface InsertValues extends RecordedValues {
  readonly holder: string;
  /** Milliseconds from now. */
  readonly holdMs: number;
  /** The number of the latest write on the target that the decision is based on; 0 for none. */
  readonly last: number;
}

/** The columns of a new row that the database determines. */
type InsertedRow = Pick<WriteRow, 'number' | 'recorded_at'>;

/**
 * Inserts only if nothing was recorded on the target since the decision, and nothing is on its way.
 * @param isLinking whether the write will create a link
 */
function insertWrite(database: Database, isLinking: boolean) {
  return template<InsertValues, InsertedRow>((db, slot) => {
    const columns = ['recorded_at', 'superseded', 'state', 'attempts', 'holder', 'held_until'];
    const names = [...recordedColumns, ...columns].map((name) => sql.ref(name));
    const values = [
      ...recordedColumns.map((name) => slot(name)),
      ...[database.now, sql.lit(0), sql.lit('PENDING'), sql.lit(1), slot('holder')],
      sql<number>`${database.now} + ${slot('holdMs')}`,
    ];
    const conditions = [
      sql`not exists (select 1 from writes where target = ${slot('target')} and ${isOpen}
        and (number > ${slot('last')} or held_until > ${database.now}))`,
      sql`not exists (select 1 from writes where viewer = ${slot('viewer')}
        and idempotency_key = ${slot('idempotency_key')} and state <> 'REFUSED')`,
    ];
    if (isLinking) {
      conditions.push(sql`not exists ${linkingWrites(db, slot('link_to'), slot('target'))}`);
    }
    return sql<InsertedRow>`insert into writes (${sql.join(names)})
      select ${sql.join(values)} where ${sql.join(conditions, sql` and `)}
      returning number, recorded_at`.compile(db);
  });
}

/** The row that was inserted, without reading it again. */
function insertedWrite(values: InsertValues, inserted: InsertedRow): StoredWrite {
  const { holder, holdMs, last: _, ...recorded } = values;
  return toStoredWrite({
    ...{ ...recorded, ...inserted, state: 'PENDING', attempts: 1, holder, superseded: 0, owed: 0 },
    ...{ held_until: inserted.recorded_at + holdMs, now: inserted.recorded_at },
    ...{ error_code: null, error_message: null, operation_id: null },
    ...{ settled_at: null, sequence: null },
  });
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

import { type Kysely, sql } from 'kysely';
import { type Operation, type OperationEntry, operationStatus } from '../../domain/operation.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import type { Database, StoreLog } from '../database/database.ts';
import { inStatementSpan } from '../database/statement-span.ts';
import type { Tables } from '../database/tables.ts';
import { template } from '../database/template.ts';
import { encodeTrace } from '../database/trace-column.ts';
import { appendIn, linkIn, publishState, stateAnnouncements } from '../operations/entry-writes.ts';
import type { OperationJournal } from '../operations/journal.ts';
import { encodeOperation } from '../operations/operation-json.ts';
import { toEntry } from '../operations/rows.ts';
import type { StartedEntry, StartedState } from './new-write.ts';
import { doneColumns } from './write-columns.ts';
import { isUnsettled } from './write-rows.ts';

/**
 * Stores an operation with its first state and its write as DONE, in one round trip. An operation
 * that the journal has already keeps its entries; the state is then appended like any reading.
 */
export function startedMethod(
  database: Database,
  changes: Changes,
  journal: Pick<OperationJournal, 'append'>,
  { instanceId, log }: { readonly instanceId: string; readonly log: StoreLog },
) {
  /** An operation that is done at once may create a link, which needs a decision. */
  async function finished(id: string, operation: Operation): Promise<StartedEntry> {
    const appended = await database.write(async (trx) => {
      const result = await appendIn(database, trx, operation, null);
      await database.serialiseAppends(trx, 'writes');
      await trx
        .updateTable('writes')
        .set(doneColumns(database, operation.operationId))
        .where('id', '=', id)
        .where(isUnsettled)
        .execute();
      await database.announce(trx, announcementOf('write', id));
      await linkIn(trx, operation, log);
      return result;
    });
    publishState(changes, operation);
    changes.publish('write', id);
    return { entry: appended.entry, isHeld: false };
  }

  /** The journal had the operation already. */
  async function known(operation: Operation): Promise<StartedEntry> {
    const row = await database.read((db) =>
      db
        .selectFrom('operations')
        .select('lease_holder')
        .where('operation_id', '=', operation.operationId)
        .executeTakeFirst(),
    );
    return { entry: await journal.append(operation), isHeld: row?.lease_holder === instanceId };
  }

  /** Billing almost always names the reseller, so this is a commit of its own. */
  async function withReseller(entry: OperationEntry, resellerId: string): Promise<OperationEntry> {
    await database.commit((db) => nameReseller(db, entry.operation.operationId, resellerId));
    return { ...entry, resellerId };
  }

  const statements = startStatements(database, instanceId);

  async function started(id: string, state: StartedState): Promise<StartedEntry> {
    const { operation } = state;
    if (operation.done) return finished(id, operation);
    const values = valuesOf(id, state);
    const [created, first] = await database.commit(
      (db) => [
        statements.operation(db, values),
        statements.firstEntry(db, values),
        statements.latestEntry(db, values),
        statements.done(db, values),
      ],
      {
        appends: ['operation_entries', 'writes'],
        announcements: [...stateAnnouncements(operation), announcementOf('write', id)],
      },
    );
    publishState(changes, operation);
    changes.publish('write', id);
    const [[inserted], [entry]] = [created.rows, first.rows];
    if (!inserted || !entry) return known(operation);
    const { state: text, reseller_id } = values;
    return {
      entry: toEntry({ ...inserted, ...entry, state: text, reseller_id }),
      isHeld: true,
    };
  }

  return {
    /** Stores DONE and the first state of the operation. A second DONE changes nothing. */
    async started(id: string, state: StartedState): Promise<StartedEntry> {
      const { entry, isHeld } = await inStatementSpan(database, 'INSERT', 'operations', () =>
        started(id, state),
      );
      if (entry.resellerId !== null || !state.resellerId) return { entry, isHeld };
      return { entry: await withReseller(entry, state.resellerId), isHeld };
    },
  };
}

type StartValues = ReturnType<typeof valuesOf>;

function valuesOf(id: string, state: StartedState) {
  const { operation, trace } = state;
  return {
    write_id: id,
    operation_id: operation.operationId,
    ...{ status: operationStatus(operation), kind: operation.kind },
    started_at: operation.createdAt?.getTime() ?? null,
    trace_context: encodeTrace(trace),
    ...customerOf(state),
    state: encodeOperation(operation),
  };
}

/** The statements that store an unfinished operation with its first state, in their order. */
function startStatements(database: Database, instanceId: string) {
  return {
    operation: insertOperation(database, instanceId),
    firstEntry: insertFirstEntry(),
    latestEntry: setLatestEntry(),
    done: template<StartValues, unknown>((db, slot) =>
      db
        .updateTable('writes')
        .set(doneColumns(database, slot('operation_id')))
        .where('id', '=', slot('write_id'))
        .where(isUnsettled)
        .compile(),
    ),
  };
}

function insertOperation(database: Database, instanceId: string) {
  return template<StartValues, { first_seen_at: number }>((db, slot) =>
    db
      .insertInto('operations')
      .values({
        ...{ operation_id: slot('operation_id'), status: slot('status'), done: 0 },
        ...{ reseller_id: slot('reseller_id'), customer_id: slot('customer_id') },
        ...{ kind: slot('kind'), first_seen_at: database.now },
        started_at: sql<number>`coalesce(cast(${slot('started_at')} as bigint), ${database.now})`,
        latest_sequence: 0,
        trace_context: slot('trace_context'),
        lease_holder: instanceId,
      })
      .onConflict((conflict) => conflict.column('operation_id').doNothing())
      .returning('first_seen_at')
      .compile(),
  );
}

function insertFirstEntry() {
  return template<StartValues, { sequence: number }>((db, slot) =>
    db
      .insertInto('operation_entries')
      .columns(['operation_number', 'reseller_id', 'customer_id', 'state'])
      .expression((eb) =>
        eb
          .selectFrom('operations')
          .select([
            'number',
            sql<string | null>`cast(${slot('reseller_id')} as text)`.as('reseller_id'),
            sql<string | null>`cast(${slot('customer_id')} as text)`.as('customer_id'),
            sql<string>`cast(${slot('state')} as text)`.as('state'),
          ])
          .where('operation_id', '=', slot('operation_id'))
          .where('latest_sequence', '=', 0),
      )
      .returning('sequence')
      .compile(),
  );
}

/** Changes no column that is in an index, so that no index has to change. */
function setLatestEntry() {
  return template<StartValues, unknown>((db, slot) =>
    db
      .updateTable('operations')
      .set({
        latest_sequence: sql<number>`(select max(sequence) from operation_entries
          where operation_number = operations.number)`,
      })
      .where('operation_id', '=', slot('operation_id'))
      .where('latest_sequence', '=', 0)
      .compile(),
  );
}

/** The customer that an operation names; the reseller that its write names, when it names none. */
function customerOf({ operation, resellerId }: StartedState) {
  const { metadata, result } = operation;
  const named =
    metadata?.type === 'customer' ? metadata : result?.type === 'customer' ? result.customer : null;
  return {
    reseller_id: named?.resellerId || (resellerId ?? null),
    customer_id: named?.customerId ?? null,
  };
}

/** Gives the write's reseller to an operation that the journal had before, without a reseller. */
function nameReseller(db: Kysely<Tables>, operationId: string, resellerId: string) {
  const unnamed = sql<boolean>`(reseller_id is null or reseller_id = '')`;
  return [
    db
      .updateTable('operation_entries')
      .set({ reseller_id: resellerId })
      .where('operation_number', '=', (query) =>
        query.selectFrom('operations').select('number').where('operation_id', '=', operationId),
      )
      .where(unnamed)
      .compile(),
    db
      .updateTable('operations')
      .set({ reseller_id: resellerId })
      .where('operation_id', '=', operationId)
      .where(unnamed)
      .compile(),
  ] as const;
}

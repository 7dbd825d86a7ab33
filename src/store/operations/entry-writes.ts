import type { Kysely, Transaction } from 'kysely';
import type { CustomerLink } from '../../domain/customer.ts';
import type { Operation, OperationEntry } from '../../domain/operation.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import { queryCompiler } from '../database/compiler.ts';
import type { Database, StoreLog } from '../database/database.ts';
import { inStatementSpan } from '../database/statement-span.ts';
import type { Tables } from '../database/tables.ts';
import { insertLink } from '../links/customer-links.ts';
import {
  type Append,
  appendStatements,
  type KnownOperation,
  toKnown,
  valuesOf,
} from './append-statements.ts';
import { replaces } from './readings.ts';

/** The result of appending the reading of a poller. */
interface PolledAppend {
  /**
   * KEPT: the latest entry is newer than the reading, or equal to it. LEASE_LOST: this instance does
   * not hold the lease; nothing was appended.
   */
  readonly outcome: 'APPENDED' | 'KEPT' | 'LEASE_LOST';
  /** The entry that is the latest afterwards. */
  readonly entry: OperationEntry;
}

/** A reading by the poller that held the lease when it sent the poll. */
interface Poll {
  readonly leaseHolder: string;
  /** See `replaces`. */
  readonly requestedAfter: number;
}

/** Publishes the id of every operation that changed. */
export function entryWrites(
  database: Database,
  changes: Changes,
  { instanceId, log }: { readonly instanceId: string; readonly log: StoreLog },
) {
  const compiler = queryCompiler(database.kind);
  const statements = statementsOf(database);

  async function append(operation: Operation, poll: Poll | null): Promise<PolledAppend> {
    const { operationId } = operation;
    // Most readings show no change; those take no lock and write nothing.
    const statement = statements.select(compiler, { operationId, leaseHolder: '' });
    const [row] = await database.select(statement);
    const known = row ? toKnown(row) : null;
    if (poll && !known) throw new Error(`operation ${operationId} is not in the journal`);
    if (known && isOutdated(known, operation, poll)) {
      return { outcome: 'KEPT', entry: known.entry };
    }
    const appended = await inStatementSpan(database, 'INSERT', 'operation_entries', () =>
      mayLink(operation) ? appendAndLink(operation, poll) : appendAfter(operation, known, poll),
    );
    // Published only after it is committed.
    if (appended.outcome === 'APPENDED') publishState(changes, operation);
    return appended;
  }

  /** One round trip, unless another entry is appended at the same time. */
  async function appendAfter(
    operation: Operation,
    latest: KnownOperation | null,
    poll: Poll | null,
  ): Promise<PolledAppend> {
    for (let known = latest; ; ) {
      if (known && isOutdated(known, operation, poll)) {
        return { outcome: 'KEPT', entry: known.entry };
      }
      const append = { operation, known, leaseHolder: poll?.leaseHolder ?? null };
      const { isInserted, isHeld, found } = await commitAppend(database, append);
      if (isInserted) return { outcome: 'APPENDED', entry: found.entry };
      if (poll && !isHeld) return { outcome: 'LEASE_LOST', entry: found.entry };
      known = found;
    }
  }

  function appendAndLink(operation: Operation, poll: Poll | null): Promise<PolledAppend> {
    return database.write(async (trx) => {
      const appended = await appendIn(database, trx, operation, poll);
      if (appended.outcome === 'APPENDED') await linkIn(trx, operation, log);
      return appended;
    });
  }

  return {
    /**
     * Appends a state that was read without a lease: the first one of an operation, one with a later
     * `modifiedAt` than the latest, or a final one. Nothing replaces a final state. Returns the entry
     * that is the latest afterwards.
     */
    append: async (operation: Operation) => (await append(operation, null)).entry,
    /**
     * Appends a state that the poller of this instance read, unless the latest state is newer, equal or
     * final. Without a later `modifiedAt`, the state counts as newer only while the latest entry is the
     * one that the poll was sent after.
     * @param requestedAfter the sequence of the latest entry when the poll was sent
     */
    appendPolled: (operation: Operation, requestedAfter: number) =>
      append(operation, { leaseHolder: instanceId, requestedAfter }),
  };
}

/** What the other instances receive when a state is stored. */
export function stateAnnouncements({ operationId, done }: Operation): readonly string[] {
  const changed = announcementOf('operation', operationId);
  return done ? [changed, announcementOf('ended', operationId)] : [changed];
}

/** Call this after the state is committed. */
export function publishState(changes: Changes, { operationId, done }: Operation): void {
  changes.publish('operation', operationId);
  if (done) changes.publish('ended', operationId);
}

async function commitAppend(database: Database, append: Append) {
  const { operationId } = append.operation;
  const [, inserted, , { rows }] = await database.commit(
    (db) => {
      const { insertOperation, insertEntry, setLatestEntry, select } = filled(database, db, append);
      return [insertOperation, insertEntry, setLatestEntry, select];
    },
    {
      appends: ['operation_entries'],
      announcements: stateAnnouncements(append.operation),
    },
  );
  const [row] = rows;
  if (!row) throw new Error(`operation ${operationId} was stored without a state`);
  const isInserted = inserted.numAffectedRows === 1n;
  return { isInserted, isHeld: row.is_held === 1, found: toKnown(row) };
}

const statementsByDatabase = new WeakMap<Database, ReturnType<typeof appendStatements>>();

function statementsOf(database: Database) {
  const statements = statementsByDatabase.get(database) ?? appendStatements(database);
  statementsByDatabase.set(database, statements);
  return statements;
}

/** The statements of one append. */
function filled(database: Database, db: Kysely<Tables>, append: Append) {
  const statements = statementsOf(database);
  const values = valuesOf(append);
  const { insertEntry, insertHeldEntry } = statements;
  return {
    insertOperation: statements.insertOperation(db, values),
    insertEntry: (append.leaseHolder === null ? insertEntry : insertHeldEntry)(db, values),
    setLatestEntry: statements.setLatestEntry(db, values),
    select: statements.select(db, values),
  };
}

/** Appends a state in a transaction that needs the result for further statements. */
export async function appendIn(
  database: Database,
  trx: Transaction<Tables>,
  operation: Operation,
  poll: Poll | null,
): Promise<PolledAppend> {
  await database.serialiseAppends(trx, 'operation_entries');
  const leaseHolder = poll?.leaseHolder ?? null;
  const { operationId } = operation;
  const select = statementsOf(database).select(trx, { operationId, leaseHolder: '' });
  const [row] = (await trx.executeQuery(select)).rows;
  const known = row ? toKnown(row) : null;
  if (known && isOutdated(known, operation, poll)) return { outcome: 'KEPT', entry: known.entry };
  const statements = filled(database, trx, { operation, known, leaseHolder });
  await trx.executeQuery(statements.insertOperation);
  const { numAffectedRows } = await trx.executeQuery(statements.insertEntry);
  await trx.executeQuery(statements.setLatestEntry);
  const [stored] = (await trx.executeQuery(select)).rows;
  if (!stored) throw new Error(`operation ${operationId} was stored without a state`);
  const { entry } = toKnown(stored);
  if (numAffectedRows !== 1n) return { outcome: 'LEASE_LOST', entry };
  for (const announcement of stateAnnouncements(operation)) {
    await database.announce(trx, announcement);
  }
  return { outcome: 'APPENDED', entry };
}

function isOutdated(known: KnownOperation, operation: Operation, poll: Poll | null): boolean {
  return !replaces(known.entry, operation, poll?.requestedAfter ?? null);
}

function mayLink({ done, result }: Operation): boolean {
  return done && result?.type === 'customer';
}

/** Creates the link that the mutation asked for, in the transaction that records the success. */
export async function linkIn(
  trx: Transaction<Tables>,
  { operationId, done, result }: Operation,
  log: StoreLog,
): Promise<void> {
  if (!done || result?.type !== 'customer') return;
  const write = await trx
    .selectFrom('writes')
    .select(['link_to', 'reseller_id'])
    .where('operation_id', '=', operationId)
    .where('link_to', 'is not', null)
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (write?.link_to == null) return;
  const { customerId, resellerId } = result.customer;
  const billing = { resellerId: resellerId || (write.reseller_id ?? ''), customerId };
  const link: CustomerLink = { billing, resellerCustomerId: write.link_to };
  const rival = await insertLink(trx, link);
  // The operation has succeeded, and no client is waiting for a response: the conflict is logged.
  if (rival) log.warn({ link, rival, operation: operationId }, 'link not created: conflict');
}

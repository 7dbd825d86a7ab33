import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';

import { announcementOf, Changes } from './database/changes.ts';
import type { ChangeListener, Database, StoreLog } from './database/database.ts';
import { openSqlite } from './database/sqlite.ts';
import { StoreError } from './database/store-error.ts';
import { customerLinks } from './links/customer-links.ts';
import { notificationStore } from './notifications/notification-store.ts';
import { operationJournal } from './operations/journal.ts';
import { portfolioStore } from './portfolio/portfolio-store.ts';
import { prepareSearch } from './portfolio/search-index.ts';
import { auditStore } from './writes/audit-store.ts';
import { writeStore } from './writes/write-store.ts';

export { StoreError };

/** The gateway's own durable state. */
export type Store = ReturnType<typeof createStore>;

export interface StoreOptions {
  readonly log: StoreLog;
  /** The holder of this instance's lease, unique per database; a random UUID by default. */
  readonly instanceId?: string | undefined;
}

/**
 * Opens and migrates the database; several instances may do so at the same time.
 * @param url `sqlite:PATH` (a missing directory is created; `sqlite::memory:` lasts until the store
 *   closes) or `postgres://user:password@host:port/name`
 * @throws StoreError when the database is newer than this version, unreadable, locked or missing;
 *   its message is for the operator and holds no secret
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const changes = new Changes(options.log);
  const database = await openDatabase(url, options.log, (change) => changes.receive(change));
  await prepareSearch(database, options.log);
  return createStore(database, changes, options);
}

/** The store in a database that is open and migrated. */
export function createStore(database: Database, changes: Changes, options: StoreOptions) {
  const { instanceId = randomUUID(), log } = options;
  const journal = operationJournal(database, changes, { instanceId, log });
  let closed: Promise<void> | null = null;
  return {
    journal,
    writes: writeStore(database, changes, journal, { instanceId, log }),
    audit: auditStore(database, changes),
    links: customerLinks(database, changes),
    notifications: notificationStore(database, changes),
    portfolio: portfolioStore(database, changes),
    /**
     * Subscribes to the ids of operations that changed, here or (on PostgreSQL) in another
     * instance. An id arrives when its change can be read; null means that any operation may have
     * changed. Like the other subscriptions, it returns the function that unsubscribes.
     */
    onOperation: (listener: ChangeListener) => changes.subscribe('operation', listener),
    /** As `onOperation`, for operations whose end was stored. */
    onOperationEnded: (listener: ChangeListener) => changes.subscribe('ended', listener),
    /** Subscribes to the reseller API's customer ids of new notifications; empty when unknown. */
    onNotification: (listener: ChangeListener) => changes.subscribe('notification', listener),
    /** Subscribes to the ids of writes whose outcome was stored; empty for several at once. */
    onWrite: (listener: ChangeListener) => changes.subscribe('write', listener),
    /** Subscribes to changes of the portfolio's history; the change itself is not passed. */
    onPortfolio: (listener: ChangeListener) => changes.subscribe('portfolio', listener),
    /** Subscribes to the ids of operations that are watched in other instances. */
    onWatched: (listener: ChangeListener) => changes.subscribe('watched', listener),
    /** Announces to the other instances that these operations are watched here. */
    async announceWatched(operationIds: readonly string[]) {
      // SQLite serves one instance.
      if (database.kind === 'sqlite') return;
      await database.write(async (trx) => {
        for (const id of operationIds) await database.announce(trx, announcementOf('watched', id));
      });
    },
    /** Reads from the database. Rejects with a GatewayError when that fails; may take long. */
    async ping() {
      await database.read((db) => sql`select 1`.execute(db));
    },
    /** Ends this instance's lease and closes the database. Further calls do nothing. */
    close() {
      closed ??= close();
      return closed;
    },
  };

  async function close(): Promise<void> {
    changes.clear();
    // If this fails, the other instances take over when the lease expires.
    await journal.release().catch((err) => log.warn({ err }, 'lease not released'));
    await database.close();
  }
}

async function openDatabase(
  url: string,
  log: StoreLog,
  onChange: ChangeListener,
): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./database/postgres.ts');
    return openPostgres(url, { log, onChange, sender: randomUUID() });
  }
  const path = /^sqlite:(?!\/\/[^/])(.+)$/.exec(url)?.[1];
  if (path) return openSqlite(path);
  throw new StoreError('DATABASE_URL must be sqlite:PATH or postgres://user:password@host/name.');
}

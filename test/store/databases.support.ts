import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { Changes } from '../../src/store/database/changes.ts';
import type { ChangeListener, Database } from '../../src/store/database/database.ts';
import { databaseFailure } from '../../src/store/database/failure.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { notifyAll } from '../../src/store/database/postgres-statements.ts';
import { openSqlite } from '../../src/store/database/sqlite.ts';
import { createStore, openStore, type Store } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { type PostgresServer, sharedPostgres } from './postgres.support.ts';

export const kinds = ['SQLite', 'PostgreSQL'] as const;
export type Kind = (typeof kinds)[number];

export interface TestDatabase {
  /** The URL of this test's own database. */
  readonly url: string;
  /** Only with PostgreSQL. */
  readonly server: PostgresServer;
  /** Makes this test's database one without tables. */
  dropTables(): Promise<void>;
  /** Runs one statement, past the store. */
  query(statement: string): Promise<Record<string, unknown>[]>;
  /** One more store on this test's database; closed when the test ends. */
  open(instanceId?: string): Promise<Store>;
}

/**
 * Gives every test of the suite that calls it an empty database of this kind.
 * @param keepsTables whether tables and connections stay, without rows, which saves most of the time
 */
export function testDatabase(kind: Kind, keepsTables = false): TestDatabase {
  const directory = temporaryDirectory();
  let server: PostgresServer | undefined;
  let url = '';
  let stores: Store[] = [];
  const sqlite = kind === 'SQLite' && keepsTables ? sqlitePool() : null;
  const postgres = kind === 'PostgreSQL' && keepsTables ? postgresPool() : null;

  beforeAll(async () => {
    if (kind !== 'PostgreSQL') return;
    server = await sharedPostgres();
    url = await server.createDatabase();
  });
  beforeEach(async () => {
    // A test that fails while its server is down must not fail those after it.
    await server?.start();
    if (server && keepsTables) await server.query(url, empty);
    else if (sqlite && url !== '') sqlite.empty();
    else await dropTables();
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
  });
  afterAll(async () => {
    await Promise.all([sqlite?.end(), postgres?.end()]);
    await server?.start();
    await server?.dropDatabase(url);
  });

  async function dropTables(): Promise<void> {
    // Their statements were planned for the tables.
    await postgres?.end();
    if (server) await server.query(url, 'drop schema public cascade; create schema public');
    else url = `sqlite:${join(directory(), randomUUID())}`;
  }

  return {
    dropTables,
    get url() {
      return url;
    },
    get server() {
      if (!server) throw new Error('this is not PostgreSQL');
      return server;
    },
    async query(statement) {
      if (server) return server.query(url, statement);
      const connection = new DatabaseSync(url.replace('sqlite:', ''));
      const rows = connection.prepare(statement).all();
      connection.close();
      return rows;
    },
    async open(instanceId) {
      const changes = new Changes(log);
      const kept = await (sqlite?.open(url) ?? postgres?.open(url, changes));
      const store = kept
        ? createStore(kept, changes, { log, instanceId })
        : await openStore(url, { log, instanceId });
      stores.push(store);
      return store;
    },
  };
}

/** Deletes all rows. TRUNCATE takes five times as long, because it makes new files for each table. */
const empty = `do $$
  declare
    name text;
  begin
    set local session_replication_role = replica;
    for name in
      select quote_ident(tablename) from pg_tables
      where schemaname = 'public' and tablename not like 'gateway_migration%'
    loop
      execute 'delete from ' || name;
    end loop;
    for name in
      select quote_ident(sequencename) from pg_sequences
      where schemaname = 'public' and last_value is not null
    loop
      execute 'alter sequence ' || name || ' restart';
    end loop;
  end
$$`;

/** A directory that is there while the suite that calls it runs. */
export function temporaryDirectory(): () => string {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}

/** The database until it is closed, which gives it back. */
function borrowed(database: Database, giveBack: () => void): Database {
  let isClosed = false;
  const assertOpen = async (): Promise<void> => {
    if (isClosed) throw databaseFailure(new Error('the database is closed'));
  };
  return {
    ...database,
    read: (query) => assertOpen().then(() => database.read(query)),
    select: (query) => assertOpen().then(() => database.select(query)),
    write: (work) => assertOpen().then(() => database.write(work)),
    commit: (build, options) => assertOpen().then(() => database.commit(build, options)),
    async close() {
      if (!isClosed) giveBack();
      isClosed = true;
    },
  };
}

/** Connections to one PostgreSQL database that outlive the stores that use them. */
function postgresPool() {
  interface Kept {
    readonly database: Database;
    /** Receives the changes, for the store that uses the database or for `announced`. */
    onChange: ChangeListener;
  }
  let open: Kept[] = [];
  let free: Kept[] = [];
  let announcer: Pool | null = null;

  async function connect(url: string): Promise<Kept> {
    const onChange: ChangeListener = (change) => kept.onChange(change);
    const kept: Kept = {
      database: await openPostgres(url, { log, onChange, sender: randomUUID() }),
      onChange() {},
    };
    open.push(kept);
    return kept;
  }

  /** Resolves when the changes that were announced so far have arrived: they arrive in order. */
  async function announced(url: string, kept: Kept): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const last = randomUUID();
    kept.onChange = (change) => change === last && resolve();
    announcer ??= new Pool({ connectionString: url, max: 1 });
    await announcer.query(notifyAll('test', [last]));
    await promise;
  }

  return {
    async end(): Promise<void> {
      const ended = [...open.map(({ database }) => database.close()), announcer?.end()];
      [open, free, announcer] = [[], [], null];
      await Promise.all(ended);
    },
    async open(url: string, changes: Changes): Promise<Database> {
      const unused = free.pop();
      if (unused) await announced(url, unused);
      const kept = unused ?? (await connect(url));
      kept.onChange = (change) => changes.receive(change);
      return borrowed(kept.database, () => {
        kept.onChange = () => {};
        free.push(kept);
      });
    },
  };
}

/** Connections to one SQLite file that outlive the stores that use them. */
function sqlitePool() {
  let file = '';
  let open: Database[] = [];
  let free: Database[] = [];

  async function end(): Promise<void> {
    await Promise.all(open.map((database) => database.close()));
    [open, free] = [[], []];
  }

  return {
    end,
    async open(url: string): Promise<Database> {
      const path = url.replace('sqlite:', '');
      if (path !== file) await end();
      file = path;
      const database = free.pop() ?? (await openSqlite(path));
      if (!open.includes(database)) open.push(database);
      return borrowed(database, () => free.push(database));
    },
    /** Deletes all rows. */
    empty(): void {
      if (file === '') return;
      const connection = new DatabaseSync(file);
      const tables = connection
        .prepare(
          // Not the shadow tables, which belong to the virtual tables.
          `select name from pragma_table_list where schema = 'main'
            and type in ('table', 'virtual') and name not glob 'gateway_*'
            and name not glob 'sqlite_*'`,
        )
        .all();
      connection.exec('pragma foreign_keys = off');
      for (const { name } of tables) connection.exec(`delete from ${String(name)}`);
      // So that numbers begin at 1 again.
      connection.exec('delete from sqlite_sequence');
      connection.close();
    },
  };
}

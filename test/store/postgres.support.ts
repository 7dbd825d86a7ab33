import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { asUser, makeCluster } from './postgres-cluster.support.ts';
import { CLUSTERS } from './postgres-teardown.support.ts';
import { isRoot, NOBODY } from './root.support.ts';

/** A real PostgreSQL with its data in a directory of its own. */
export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /** Removes a database, so that the disk does not have to write it. */
  dropDatabase(url: string): Promise<void>;
  /** Runs one statement, as the administrator of the database that the URL names. */
  query(url: string, statement: string): Promise<Record<string, unknown>[]>;
  /** Stops it as an administrator would, or as a crash would. */
  stop(how?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Starts it again unless it runs, on the same port with the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  end(): Promise<void>;
}

let shared: Promise<PostgresServer> | null = null;

/**
 * The server of this process, for the files that it runs one after the other, because copying a
 * cluster and starting it takes half a second of CPU time. It runs until the whole run ends.
 */
export async function sharedPostgres(): Promise<PostgresServer> {
  shared ??= startPostgres();
  const server = await shared;
  // A test that fails while its server is down must not fail those of other files.
  await server.start();
  return server;
}

/**
 * Starts a server with an empty cluster of its own.
 * @param changed settings that differ from those that let tests start and stop fast
 */
export async function startPostgres(
  changed: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const parent = process.env[CLUSTERS] ?? tmpdir();
  const directory = mkdtempSync(join(parent, 'gateway-postgres-'));
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  const { postgres, data } = await makeCluster(directory);

  const port = await freePort();
  const urlOf = (name: string) => `postgres://gateway@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | null = null;
  let databases = 0;
  process.once('exit', () => server?.kill('SIGQUIT'));

  const running: PostgresServer = {
    port,
    async createDatabase() {
      const name = `test${++databases}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    async dropDatabase(url) {
      const name = new URL(url).pathname.slice(1);
      await query(urlOf('postgres'), `drop database ${name} with (force)`);
    },
    query,
    async stop(how = 'SIGINT') {
      if (!server) return;
      const ended = once(server, 'exit');
      server.kill(how);
      await ended;
      server = null;
    },
    async start() {
      if (server) return;
      const settings = {
        fsync: 'off',
        shared_buffers: '8MB',
        io_method: 'sync',
        autovacuum: 'off',
        max_wal_senders: '0',
        wal_level: 'minimal',
        unix_socket_directories: '',
        listen_addresses: '127.0.0.1',
        ...changed,
      };
      const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      server = spawn(postgres, ['-D', data, '-p', String(port), ...options], {
        ...asUser,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await ready(server);
    },
    async end() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await running.start();
  return running;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  // Past whatever the database was told for the test's sake.
  const options = '-c default_transaction_read_only=off';
  const client = new Client({ connectionString: url, options });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function ready(server: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    output += chunk;
    if (output.includes('ready to accept connections')) resolve();
  });
  server.once('error', reject);
  server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${output}`)));
  await promise;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

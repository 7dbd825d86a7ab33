import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { names } from './builders.support.ts';
import { commitLink, databaseOpener, linkedIds } from './commit.support.ts';
import { temporaryDirectory } from './databases.support.ts';

const directory = temporaryDirectory();
const open = databaseOpener();

afterEach(() => vi.restoreAllMocks());

const newPath = () => join(directory(), randomUUID());

/** Locks the file like another program, until the returned function is called. */
function lockFile(path: string): () => void {
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  return () => other.close();
}

/** The requests of the writer thread, and the thread itself. */
function spyOnWriter() {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const isTransaction = (message: unknown) => JSON.stringify(message).includes('"transact"');
  return {
    transactions: () => posted.mock.calls.filter(([message]) => isTransaction(message)).length,
    async kill() {
      const index = posted.mock.calls.findLastIndex(([message]) => isTransaction(message));
      const thread = posted.mock.contexts[index];
      if (thread instanceof Worker) await thread.terminate();
    },
  };
}

test('commits in flight share transactions', async () => {
  const database = await open(`sqlite:${newPath()}`);
  const writer = spyOnWriter();
  await Promise.all(names('C', 100).map((id) => commitLink(database, id)));
  expect(writer.transactions()).toBe(1);
});

test('a lock of another program delays commits but neither reads nor the event loop', async () => {
  const path = newPath();
  const database = await open(`sqlite:${path}`);
  await commitLink(database, 'before');
  const unlock = lockFile(path);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = performance.now();
  const commits = Promise.all(names('C', 20).map((id) => commitLink(database, id)));
  let longestRead = 0;
  while (performance.now() - start < 1_000) {
    const readStart = performance.now();
    expect(await linkedIds(database)).toEqual(['before']);
    longestRead = Math.max(longestRead, performance.now() - readStart);
  }
  delay.disable();
  unlock();
  await commits;
  expect(await linkedIds(database)).toHaveLength(21);
  expect(longestRead).toBeLessThan(200);
  expect(delay.max / 1e6).toBeLessThan(200);
});

test('commits outlast a lock that interactive transactions give up on', async () => {
  const path = newPath();
  const database = await open(`sqlite:${path}`);
  const unlock = lockFile(path);
  const write = database.write((trx) => trx.deleteFrom('customer_links').execute());
  const commits = Promise.all(names('C', 3).map((id) => commitLink(database, id)));
  await expect(write).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  await pause(1_000);
  unlock();
  await commits;
});

test('a signal cancels a commit while another program locks the file', async () => {
  const path = newPath();
  const database = await open(`sqlite:${path}`);
  const unlock = lockFile(path);
  const reason = new Error('cancelled');
  const abort = new AbortController();
  const cancelled = commitLink(database, 'cancelled', { signal: abort.signal });
  const other = commitLink(database, 'other');
  await pause(100);
  abort.abort(reason);
  await expect(cancelled).rejects.toBe(reason);
  unlock();
  await other;
  expect(await linkedIds(database)).toEqual(['other']);
});

test('when the writer thread dies, pending commits are unknown and later ones succeed', async () => {
  const path = newPath();
  const database = await open(`sqlite:${path}`);
  await commitLink(database, 'before');
  const writer = spyOnWriter();
  const unlock = lockFile(path);
  const commits = names('C', 2).map((id) => commitLink(database, id));
  const outcomes = Promise.allSettled(commits);
  await vi.waitFor(() => expect(writer.transactions()).toBe(1));
  await writer.kill();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ reason: { name: 'CommitUnknownError', retryable: false } });
  }
  unlock();
  await commitLink(database, 'after');
  expect(await linkedIds(database)).toEqual(['after', 'before']);
});

test('a transaction does not continue in a new thread after its own thread died', async () => {
  const database = await open(`sqlite:${newPath()}`);
  const writer = spyOnWriter();
  await commitLink(database, 'before');
  const write = database.write(async (trx) => {
    await trx.deleteFrom('customer_links').execute();
    await writer.kill();
    await trx.deleteFrom('customer_links').execute();
  });
  await expect(write).rejects.toMatchObject({ cause: { message: 'the transaction was lost' } });
  expect(await linkedIds(database)).toEqual(['before']);
});

test('a new thread does not open another file at the same path', async () => {
  const path = newPath();
  const database = await open(`sqlite:${path}`);
  const writer = spyOnWriter();
  await commitLink(database, 'before');
  await writer.kill();
  rmSync(path);
  await expect(commitLink(database, 'after')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: expect.stringContaining('was deleted or replaced') },
  });
  expect(existsSync(path)).toBe(false);
});

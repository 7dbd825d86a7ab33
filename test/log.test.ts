import { createHook } from 'node:async_hooks';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LogDestination } from '../src/log.ts';
import { testDirectory } from './e2e/gateway-process.support.ts';

function open(path: string, flags: number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** A pipe whose reader reads nothing by itself. */
function stalledPipe() {
  const path = join(testDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const buffer = Buffer.alloc(1_000_000);
  return {
    writer,
    /** What waits in the pipe. */
    read(): string {
      try {
        return buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch {
        return '';
      }
    },
  };
}

const line = (n: number, length = 20): string => `${String(n).padEnd(length - 1)}\n`;

test('lines are written in their order', async () => {
  const path = join(testDirectory(), 'log');
  const destination = new LogDestination(open(path, constants.O_CREAT | constants.O_WRONLY));
  for (let n = 0; n < 1_000; n++) destination.write(line(n));
  await destination.flush(5_000);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map(Number)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
});

test('a reader that stalls blocks nothing; lines that do not fit are counted', async () => {
  const { writer, read } = stalledPipe();
  const destination = new LogDestination(writer);
  for (let n = 0; n < 10_000; n++) destination.write(line(n, 1_000));
  await destination.flush(10);
  let text = '';
  await expect
    .poll(
      () => {
        text += read();
        return text;
      },
      { interval: 1, timeout: 10_000 },
    )
    .toContain('"dropped"');
  const lines = text.trimEnd().split('\n');
  const report = JSON.parse(lines.at(-1) ?? '');
  expect(report).toMatchObject({
    level: 40,
    msg: expect.stringContaining('log lines were dropped'),
  });
  expect(lines.length - 1 + report.dropped).toBe(10_000);
  expect(lines.length).toBeGreaterThan(3_900);
});

test('a full volume is survived', async () => {
  const destination = new LogDestination(open('/dev/full', constants.O_WRONLY));
  for (let n = 0; n < 10; n++) destination.write(line(n));
  await destination.flush(5_000);
  destination.write(line(11));
  await destination.flush(5_000);
});

/** The writes to files that are begun while `work` runs. */
async function countWrites(work: () => Promise<void>): Promise<number> {
  let writes = 0;
  const hook = createHook({
    init(_, type) {
      if (type === 'FSREQCALLBACK') writes++;
    },
  }).enable();
  onTestFinished(() => void hook.disable());
  await work();
  hook.disable();
  return writes;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('lines of several turns of the event loop are written together', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(testDirectory(), 'log');
  const destination = new LogDestination(open(path, constants.O_CREAT | constants.O_WRONLY));
  const writes = await countWrites(async () => {
    for (let n = 0; n < 20; n++) {
      destination.write(line(n));
      await turn();
    }
    vi.advanceTimersByTime(10);
    await destination.flush(5_000);
  });
  expect(writes).toBe(1);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(20);
});

test('a process that fails writes what it has gathered', () => {
  const program = `import { createLogger } from ${JSON.stringify(new URL('../src/log.ts', import.meta.url).href)};
    createLogger('info').info('the last words');
    throw new Error('failed');`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stderr).toContain('the last words');
});

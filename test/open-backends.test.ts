import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loggerOptions } from '../src/log.ts';
import { pullOptions } from '../src/open-backends.ts';

const subscription = 'projects/p/subscriptions/s';
const keyOf = (private_key: string) => ({ client_email: 'robot@p.example', private_key });

/** A key file, and the log of what reads it. */
function openKeyFile() {
  const directory = mkdtempSync(join(tmpdir(), 'key-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const keyFile = join(directory, 'key.json');
  const lines: string[] = [];
  const log = pino(
    loggerOptions('info'),
    new Writable({
      write(line, _, done) {
        lines.push(String(line));
        done();
      },
    }),
  );
  return { keyFile, log, lines, write: (text: string) => writeFileSync(keyFile, text) };
}

test('a key file that is replaced is used without a restart', () => {
  const { keyFile, log, lines, write } = openKeyFile();
  write(JSON.stringify(keyOf('first')));
  const key = pullOptions({ subscription, keyFile }, log)?.key;
  expect(key?.().private_key).toBe('first');
  expect(lines).toEqual([]);

  write(JSON.stringify(keyOf('second')));
  expect(key?.().private_key).toBe('second');
  expect(JSON.parse(lines.join())).toMatchObject({
    msg: 'key file changed, using the new key',
    setting: 'NOTIFICATIONS_KEY_FILE',
  });
});

test.each<[string, string, string]>([
  ['half written', '{"client_email": "robot@p.example", "private_key": "s3cr', 'not JSON'],
  ['of another kind', '{"token": "s3cret"}', 'Invalid service account key file'],
  ['empty', '', 'not JSON'],
])('a key file that is %s leaves the key as it was', (_, text, problem) => {
  const { keyFile, log, lines, write } = openKeyFile();
  write(JSON.stringify(keyOf('first')));
  const key = pullOptions({ subscription, keyFile }, log)?.key;
  write(text);
  expect(key?.().private_key).toBe('first');
  expect(JSON.parse(lines.join())).toMatchObject({
    msg: 'key file cannot be used, using the previous key',
    setting: 'NOTIFICATIONS_KEY_FILE',
    problem: expect.stringContaining(problem),
  });
  expect(lines.join()).not.toContain('s3cr');
});

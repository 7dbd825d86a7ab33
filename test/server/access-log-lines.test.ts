import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loggerOptions } from '../../src/log.ts';
import { type AccessFields, accessLog } from '../../src/server/telemetry/access-log.ts';

const lines: string[] = [];
const log = pino(
  { ...loggerOptions('info', ['the-secret']), base: { pid: 7, host: 'a "host"' } },
  { write: (line) => void lines.push(line) },
);

const full: AccessFields = {
  requestId: 'a.b:c/d-e_1',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  transport: 'HTTP',
  operationName: 'Customers',
  type: 'query',
  viewer: '0123456789abcdef',
  status: 200,
  outcome: 'OK',
  reason: undefined,
  durationMs: 12.3,
  backendCalls: 2,
  cost: 301,
};

const without = {
  ...full,
  ...{ traceId: undefined, operationName: null, viewer: null, status: undefined },
};

test.each<readonly [string, AccessFields]>([
  ['with all fields', full],
  ['without those that are unknown', without],
  ['with a reason that has to be escaped', { ...full, reason: 'Not "\\" \n\u0001, but ü.' }],
])('a line %s is as pino writes it', (_, fields) => {
  lines.length = 0;
  accessLog(log).info(fields, 'request');
  log.info(fields, 'request');
  const [line, expected] = lines.map((text) => text.replace(/"time":"[^"]+"/, ''));
  expect(line).toBe(expected);
});

test('secrets and personal data are removed', () => {
  lines.length = 0;
  accessLog(log).info({ ...full, reason: 'the-secret of ann@example.com' }, 'request');
  expect(JSON.parse(lines[0] ?? '').reason).toBe('[removed] of [removed]');
});

test('a level that is off writes nothing', () => {
  lines.length = 0;
  const quiet = pino(loggerOptions('warn'), { write: (line) => void lines.push(line) });
  accessLog(quiet).info(full, 'request');
  expect(lines).toEqual([]);
});

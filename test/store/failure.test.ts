import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import {
  CommitUnknownError,
  databaseFailure,
  isStatementFault,
} from '../../src/store/database/failure.ts';

function sqlite(errcode: number) {
  return Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

function postgres(code: string) {
  return Object.assign(new DatabaseError('postgres', 0, 'error'), { code });
}

describe('a database failure becomes', () => {
  test.each([
    ['busy', sqlite(5)],
    ['busy in a snapshot', sqlite(517)],
    ['read-only', sqlite(8)],
    ['I/O error', sqlite(778)],
    ['damaged', sqlite(11)],
    ['disk full', sqlite(13)],
    ['cannot open', sqlite(14)],
    ['statement timeout', postgres('57014')],
    ['shutdown', postgres('57P01')],
    ['disk full in PostgreSQL', postgres('53100')],
    ['too many connections', postgres('53300')],
    ['read-only in PostgreSQL', postgres('25006')],
    ['insufficient privilege', postgres('42501')],
    ['deadlock', postgres('40P01')],
    ['connection refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['broken connection', new Error('Connection terminated unexpectedly')],
  ])('UNAVAILABLE and retryable: %s', (_, cause) => {
    const failure = databaseFailure(cause);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true, cause });
    expect(failure.message).not.toContain(cause.message);
  });

  test.each([
    ['constraint', sqlite(19)],
    ['unique constraint', sqlite(2067)],
    ['no such table', sqlite(1)],
    ['unique constraint in PostgreSQL', postgres('23505')],
    ['value too long', postgres('22001')],
    ['no such table in PostgreSQL', postgres('42P01')],
    ['bug', new TypeError('undefined is not a function')],
    ['a value that is not an Error', 'text'],
  ])('INTERNAL_SERVER_ERROR: %s', (_, cause) => {
    const failure = databaseFailure(cause);
    expect(failure).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', retryable: false, cause });
  });

  test('itself when it is a GatewayError', () => {
    const error = new GatewayError('CONFLICT', 'no');
    expect(databaseFailure(error)).toBe(error);
  });

  test('BAD_USER_INPUT: a character that PostgreSQL cannot store', () => {
    expect(databaseFailure(postgres('22021'))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

test('an unknown commit is UNAVAILABLE but not retryable', () => {
  const error = new CommitUnknownError(new Error('Connection terminated unexpectedly'));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
  expect(databaseFailure(error)).toBe(error);
});

test.each([
  ['constraint', sqlite(787), true],
  ['unique constraint in PostgreSQL', postgres('23505'), true],
  ['deadlock', postgres('40P01'), true],
  ['serialization failure', postgres('40001'), true],
  ['statement timeout', postgres('57014'), true],
  ['disk full', sqlite(13), false],
  ['shutdown', postgres('57P01'), false],
  ['broken connection', new Error('Connection terminated unexpectedly'), false],
  ['bug', new TypeError('undefined is not a function'), false],
])('%s: only a fault of the statement makes a group run its commits alone', (_, error, expected) => {
  expect(isStatementFault(error)).toBe(expected);
});

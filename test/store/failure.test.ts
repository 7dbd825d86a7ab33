import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { databaseFailure } from '../../src/store/database/failure.ts';

function sqlite(errcode: number) {
  return Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

function postgres(code: string) {
  return Object.assign(new DatabaseError('postgres', 0, 'error'), { code });
}

describe('a failure of the database becomes', () => {
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
    ['disk full there', postgres('53100')],
    ['too many connections', postgres('53300')],
    ['read-only there', postgres('25006')],
    ['no right', postgres('42501')],
    ['deadlock', postgres('40P01')],
    ['refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
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
    ['unique constraint there', postgres('23505')],
    ['value that does not fit', postgres('22001')],
    ['no such table there', postgres('42P01')],
    ['bug', new TypeError('undefined is not a function')],
    ['no error at all', 'text'],
  ])('INTERNAL_SERVER_ERROR: %s', (_, cause) => {
    const failure = databaseFailure(cause);
    expect(failure).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', retryable: false, cause });
  });

  test('itself when it is translated already', () => {
    const error = new GatewayError('CONFLICT', 'no');
    expect(databaseFailure(error)).toBe(error);
  });

  test('BAD_USER_INPUT: a character that PostgreSQL does not hold', () => {
    expect(databaseFailure(postgres('22021'))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

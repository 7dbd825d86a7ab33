import { expect, test } from 'vitest';
import { ReceivedTexts, StatementTexts } from '../../src/store/database/statement-texts.ts';
import { names } from './builders.support.ts';

test('a thread receives each text once, and the statements as they were', () => {
  const sent = new StatementTexts();
  const received = new ReceivedTexts();
  const statements = [...names('select ', 600), ...names('select ', 600)].map((sql, n) => ({
    ...{ sql, parameters: [n] },
  }));
  const messages = statements.map((statement) => sent.number(statement));
  expect(messages.map((message) => received.statement(message))).toEqual(statements);
  expect(messages.slice(600, 1_100).filter(({ sql }) => sql !== undefined)).toEqual([]);
  // Beyond the bound, they are sent each time.
  expect(messages.slice(1_100).every(({ sql }) => sql !== undefined)).toBe(true);
});

test('a text that was never received is an error', () => {
  const received = new ReceivedTexts();
  expect(() => received.statement({ number: 3, parameters: [] })).toThrow('statement 3');
});

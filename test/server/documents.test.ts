import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { schema } from '../../src/schema/schema.ts';
import { createDocuments } from '../../src/server/graphql/documents.ts';

const { limits } = loadConfig({});

test('a valid document is parsed once', () => {
  const documents = createDocuments(schema, limits);
  const document = documents.parse('{ viewer { subject } }');
  expect(documents.validate(document)).toEqual([]);
  expect(documents.parse('{ viewer { subject } }')).toBe(document);
});

test('an invalid document is not kept, because its errors hold its whole validation', () => {
  const documents = createDocuments(schema, limits);
  const document = documents.parse('{ nothing }');
  expect(documents.validate(document)).toHaveLength(1);
  const again = documents.parse('{ nothing }');
  expect(again).not.toBe(document);
  expect(documents.validate(again)).toHaveLength(1);
});

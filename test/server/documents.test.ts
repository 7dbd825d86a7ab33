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

test('the document that was used least recently is dropped first', () => {
  const documents = createDocuments(schema, limits);
  // Ten of them fill the cache.
  const sourceOf = (n: number): string => `{ __typename } # ${n} ${'x'.repeat(19_900)}`;
  const first = documents.parse(sourceOf(0));
  documents.parse(sourceOf(0));
  const others = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => documents.parse(sourceOf(n)));
  documents.parse(sourceOf(0));
  documents.parse(sourceOf(10));
  expect(documents.parse(sourceOf(0))).toBe(first);
  expect(documents.parse(sourceOf(2))).toBe(others[1]);
  expect(documents.parse(sourceOf(1))).not.toBe(others[0]);
});

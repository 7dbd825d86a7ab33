import { expect, test } from 'vitest';
import { queryCompiler } from '../../src/store/database/compiler.ts';
import { template } from '../../src/store/database/template.ts';

const db = queryCompiler('postgres');

test('a template is compiled once and filled with the values of each use', () => {
  let compiled = 0;
  const later = template<{ id: string; sequence: number }, unknown>((compiler, slot) => {
    compiled++;
    return compiler
      .selectFrom('writes')
      .select('number')
      .where('id', '=', slot('id'))
      .where('sequence', '>', slot('sequence'))
      .where('owed', '=', 1)
      .where('id', '<>', slot('id'))
      .compile();
  });
  const first = later(db, { id: 'a', sequence: 1 });
  const second = later(db, { id: 'b', sequence: 2 });
  expect(compiled).toBe(1);
  expect(second.sql).toBe(first.sql);
  expect(first.parameters).toEqual(['a', 1, 1, 'a']);
  expect(second.parameters).toEqual(['b', 2, 1, 'b']);
});

import { buildSchema, getArgumentValues, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { argumentsReader } from '../../../src/server/graphql/compiled/arguments.ts';

const schema = buildSchema(`
  enum Color { RED GREEN }
  input Range { from: Int! = 1 to: Int color: Color inner: Range list: [Int!] }
  input Key @oneOf { id: ID name: String range: Range }
  type Query {
    field(needed: Int!, plain: Int, size: Int = 7, ids: [ID!], range: Range, key: Key, color: Color = RED): Int
  }
`);

const givenArguments = [
  '(needed: 1)',
  '(needed: $a)',
  '(needed: null)',
  '(plain: 1)',
  '(needed: "text")',
  '(needed: 1, plain: $a, size: $b)',
  '(needed: 1, size: null, color: GREEN)',
  '(needed: 1, color: $a)',
  '(needed: 1, ids: ["a", $a])',
  '(needed: 1, ids: $a)',
  '(needed: 1, range: { to: $a, from: $b })',
  '(needed: 1, range: { from: null, to: $a })',
  '(needed: 1, range: { inner: { to: $a }, list: [$b] })',
  '(needed: 1, range: $a)',
  '(needed: 1, range: [$a])',
  '(needed: 1, key: { id: $a })',
  '(needed: 1, key: { id: "x" })',
  '(needed: 1, key: { id: $a, name: $b })',
  '(needed: 1, key: { range: { to: $a } })',
];

const givenVariables = [{}, { a: 1 }, { a: null }, { a: 1, b: 2 }, { a: null, b: null }, { b: 3 }];

function outcomeOf(read: () => unknown): unknown {
  try {
    return JSON.stringify(read());
  } catch (error) {
    return String(error);
  }
}

test.each(givenArguments)('%s has the values that graphql-js finds', (text) => {
  const field = schema.getQueryType()?.getFields()['field'];
  const [definition] = parse(`query ($a: Int, $b: Int) { field${text} }`).definitions;
  if (!field || definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no field');
  const [node] = definition.selectionSet.selections;
  if (node?.kind !== Kind.FIELD) throw new Error('no node');
  const read = argumentsReader(field, node);
  for (const variables of givenVariables) {
    const expected = outcomeOf(() => getArgumentValues(field, node, variables));
    expect(
      outcomeOf(() => read?.(variables)),
      JSON.stringify(variables),
    ).toEqual(expected);
    // Values that are kept are the same the second time.
    expect(outcomeOf(() => read?.(variables))).toEqual(expected);
  }
});

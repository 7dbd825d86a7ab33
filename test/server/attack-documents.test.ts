import { describe, expect, test } from 'vitest';
import { sharedTestGateway } from '../support/gateway.ts';
import {
  errorsOf,
  expectAlive,
  expectRefusal,
  type Operation,
  transports,
} from './attack.support.ts';

const gateway = sharedTestGateway();

/** Numbers from 0, as text. */
function list(length: number, item: (n: number) => string): string {
  return Array.from({ length }, (_, n) => item(n)).join(' ');
}

/** Fragments that each name the next twice, as many times as `levels`. */
function doubling(levels: number, link: (next: string) => string, end: string): string {
  const fragments = list(levels, (n) => `fragment F${n} on Customer { ${link(`...F${n + 1}`)} }`);
  return `${fragments} fragment F${levels} on Customer { ${end} }`;
}

function nested(levels: number, inner: string): string {
  const open = 'customer { subscriptions { nodes { '.repeat(levels);
  return `{ subscriptions { nodes { ${open} ${inner} ${'} } }'.repeat(levels)} } } }`;
}

const tooDeep = /more than 20 levels deep/;
const tooCostly = /can return \d+ values .* at most 200000 are allowed/;
const tooLong = /more than 2000 tokens/;
const repeats = /repeats the same fields too often/;
const twentyIds = list(20, (n) => `i${n}: id`);

const attacks: [name: string, operation: Operation, message: RegExp][] = [
  [
    '50 aliases of 1,000 customers with 20 aliases each',
    {
      query: `{ ${list(50, (n) => `a${n}: customers(first: 1000) { nodes { ...F } }`)} }
        fragment F on Customer { ${twentyIds} }`,
    },
    tooCostly,
  ],
  [
    '60 aliases of customers',
    { query: `{ ${list(60, (n) => `a${n}: customers(first: 1) { nodes { id } }`)} }` },
    /more than 50 aliases of the field "customers"/,
  ],
  [
    '60 aliases of a leaf in fragments',
    {
      query: `{ customers { nodes { ...A ...B } } }
        fragment A on Customer { ${list(30, (n) => `a${n}: id`)} }
        fragment B on Customer { ${list(30, (n) => `b${n}: id`)} }`,
    },
    /more than 50 aliases of the field "id"/,
  ],
  [
    'fragments that name the next twice, 16 deep',
    {
      query: `{ customers { nodes { ...F0 } } } ${doubling(
        16,
        (next) =>
          `a: subscriptions { nodes { customer { ${next} } } } b: subscriptions { nodes { customer { ${next} } } }`,
        'id',
      )}`,
    },
    tooDeep,
  ],
  [
    'fragments that name the next twice, 5 deep',
    {
      query: `{ customers { nodes { ...F0 } } } ${doubling(
        5,
        (next) =>
          `a: subscriptions { nodes { customer { ${next} } } } b: subscriptions { nodes { customer { ${next} } } }`,
        'id',
      )}`,
    },
    tooCostly,
  ],
  [
    'fragments that name each other through fields',
    {
      query: `{ customers { nodes { ...A } } }
        fragment A on Customer { subscriptions { nodes { customer { ...B } } } }
        fragment B on Customer { subscriptions { nodes { customer { ...A } } } }`,
    },
    tooDeep,
  ],
  [
    'fragments that name each other directly',
    {
      query: `{ customers { nodes { ...A } } }
        fragment A on Customer { id ...B } fragment B on Customer { id ...A }`,
    },
    /Cannot spread fragment/,
  ],
  [
    '100 fragments that each name the two next',
    {
      query: `{ customers { nodes { ...F0 } } } ${list(
        90,
        (n) =>
          `fragment F${n} on Customer { subscriptions { nodes { customer { ...F${(n + 1) % 90} ...F${(n + 2) % 90} } } } }`,
      )}`,
    },
    tooDeep,
  ],
  ['21 levels', { query: nested(7, 'id') }, tooDeep],
  ['90 levels', { query: nested(30, 'id') }, tooDeep],
  ['200 levels of braces', { query: '{ a '.repeat(200) }, /nested more than 100 levels/],
  ['200 levels of lists', { query: `{ a(b: ${'['.repeat(200)}) }` }, /nested more than 100 levels/],
  [
    '200 levels of objects',
    { query: `{ a(b: ${'{c: '.repeat(200)}) }` },
    /nested more than 100 levels/,
  ],
  ['2,001 fields', { query: `{ ${list(2001, (n) => `f${n}`)} }` }, tooLong],
  ['2,001 commas and names', { query: `{ ${'a,'.repeat(2001)} }` }, tooLong],
  ['300 operations', { query: list(300, (n) => `query Q${n} { viewer { subject } }`) }, tooLong],
  ['300 fragments', { query: list(300, (n) => `fragment F${n} on Viewer { subject }`) }, tooLong],
  ['a list of 2,000 values', { query: `{ nodes(ids: [${'"a" '.repeat(2000)}]) { id } }` }, tooLong],
  ['1,900 times the same leaf', { query: `{ viewer { ${'subject '.repeat(1900)} } }` }, repeats],
  ['450 times the same object', { query: `{ ${'viewer { subject } '.repeat(450)} }` }, repeats],
  [
    '280 times the same list',
    { query: `{ ${'customers { nodes { id } } '.repeat(280)} }` },
    repeats,
  ],
  [
    '280 times the same list in a fragment',
    {
      query: `{ ...F } fragment F on Query { ${'customers { nodes { id } } '.repeat(280)} }`,
    },
    repeats,
  ],
  [
    '21 directives',
    { query: `{ ${list(21, (n) => `a${n}: __typename @include(if: true)`)} }` },
    /more than 20 directives/,
  ],
  [
    '21 directives on one field',
    { query: `{ viewer ${'@x '.repeat(21)} { subject } }` },
    /more than 20 directives/,
  ],
  [
    'the whole schema twice',
    { query: `{ ${list(2, (n) => `s${n}: __schema { ...S }`)} } ${schemaFragments()}` },
    /queries the schema too often/,
  ],
  [
    'nested fields of the schema',
    {
      query:
        '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    },
    /Maximum introspection depth exceeded/,
  ],
  [
    'possible types of possible types',
    {
      query:
        '{ __schema { types { possibleTypes { possibleTypes { possibleTypes { possibleTypes { name } } } } } } }',
    },
    /Maximum introspection depth exceeded/,
  ],
  [
    '1,000 customers with 1,000 subscriptions each',
    {
      query: '{ customers(first: 1000) { nodes { subscriptions(first: 1000) { nodes { id } } } } }',
    },
    tooCostly,
  ],
  [
    'large pages by variables',
    {
      query: `query ($n: Int!) { customers(first: $n) { nodes {
        subscriptions(first: $n) { nodes { id } } } } }`,
      variables: { n: 1000 },
    },
    tooCostly,
  ],
  [
    'large pages by default values',
    {
      query: `query ($n: Int = 1000) { customers(first: $n) { nodes {
        subscriptions(first: $n) { nodes { id } } } } }`,
    },
    tooCostly,
  ],
  [
    'large pages in inline fragments',
    {
      query: `{ customers(first: 1000) { nodes { ... on Node { ... on Customer {
        subscriptions(first: 1000) { nodes { id } } } } } } }`,
    },
    tooCostly,
  ],
  [
    'large pages of edges',
    {
      query: `{ operations(first: 1000) { edges { node { customer {
        operations(first: 1000) { edges { node { id } } } } } } } }`,
    },
    tooCostly,
  ],
  [
    'three levels of default pages',
    {
      query: `{ customers(first: 1000) { nodes { notifications { nodes { customer {
        operations { nodes { customer { operations { nodes { id } } } } } } } } } } }`,
    },
    tooCostly,
  ],
  ['an empty document', { query: '' }, /Syntax Error|neither query nor documentId/],
  ['only a comment', { query: `# ${'x'.repeat(1000)}` }, /Syntax Error/],
  ['an unterminated string', { query: '{ node(id: "' }, /Syntax Error/],
  ['an unterminated block string', { query: '{ node(id: """x' }, /Syntax Error/],
  ['a lone surrogate', { query: '{ node(id: "\\uD800") { id } }' }, /Syntax Error|global id/],
  ['a control character', { query: '{ \u0000 }' }, /Syntax Error/],
  ['type definitions', { query: 'type Query { a: Int }' }, /executable|operation/i],
  [
    'an unknown directive',
    { query: '{ viewer @lookup(depth: 1) { subject } }' },
    /Unknown directive/,
  ],
  ['an unused variable', { query: 'query ($a: Int) { __typename }' }, /never used/],
  [
    'a variable of an unknown type',
    { query: 'query ($a: Nothing) { viewer(a: $a) { subject } }' },
    /Unknown type/,
  ],
  [
    'an unknown operation name',
    { query: 'query A { __typename } query B { __typename }' },
    /operation/i,
  ],
  ['a prototype as a field', { query: '{ __proto__ constructor { name } }' }, /Cannot query field/],
];

function schemaFragments(): string {
  const ofType = `${'kind name ofType { '.repeat(7)} kind name ${'}'.repeat(7)}`;
  return `fragment S on __Schema { types { ...T } directives { name args { ...I } } }
    fragment T on __Type { kind name description
      fields(includeDeprecated: true) { name description args { ...I } type { ...R }
        isDeprecated deprecationReason }
      inputFields { ...I } interfaces { ...R }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...R } }
    fragment I on __InputValue { name description type { ...R } defaultValue }
    fragment R on __Type { ${ofType} }`;
}

describe.each(transports)('over %s', (transport) => {
  test.each(attacks)('%s', async (_name, operation, message) => {
    const { url } = gateway();
    const started = performance.now();
    expectRefusal(await errorsOf(url, transport, operation), message);
    expect(performance.now() - started).toBeLessThan(2000);
    await expectAlive(url);
  });
});

import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readExamples } from '../../../src/server/documents/examples.ts';
import { productDocuments } from '../../../src/server/documents/product-documents.ts';
import { sharedTestGateway } from '../../support/gateway.ts';

interface Line {
  readonly requestId: string;
  readonly msg: string;
}

const lines: Line[] = [];
const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
const gateway = sharedTestGateway({ log, sandbox: { seed: { customers: 30 } } });
const examples = readExamples(Date.now());

/** A document with this word is left to graphql-js; a comment at its end moves nothing. */
const BY_GRAPHQL_JS = '\n# __schema';

/** The answer, and what the log says about the request. */
async function answer(query: string, variables: object, requestId: string) {
  const response = await fetch(gateway().url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const isOwn = (line: Line) => line.requestId === requestId && line.msg === 'request';
  await expect.poll(() => lines.some(isOwn), { interval: 1 }).toBe(true);
  const own = lines.splice(0).filter((line) => line.requestId === requestId);
  const logged = own.map((line) => ({ ...line, time: null, durationMs: null }));
  return { status: response.status, text, logged };
}

async function expectSame(query: string, variables: object): Promise<string> {
  const expected = await answer(query + BY_GRAPHQL_JS, variables, 'same');
  const found = await answer(query, variables, 'same');
  expect(found).toEqual(expected);
  return found.text;
}

const queries = productDocuments().filter(({ type }) => type === 'query');

test.each(
  queries.map(({ name, text }) => [name, text]),
)('%s has the same answer as with graphql-js', async (name, text) => {
  await expectSame(text, examples.get(name)?.variables ?? {});
});

const failing: readonly (readonly [string, string, object])[] = [
  [
    'several failures',
    '{ a: customers(first: -1) { nodes { id } } b: node(id: "x") { id } viewer { subject } }',
    {},
  ],
  [
    'a failure of a variable',
    'query ($first: Int) { customers(first: $first) { nodes { id } } }',
    { first: 'x' },
  ],
  [
    'a page that is too large',
    'query ($n: Int!) { customers(first: $n) { nodes { id } } }',
    { n: 1_001 },
  ],
  ['unknown ids', '{ nodes(ids: ["x", "eA"]) { id ... on Customer { reseller { id } } } }', {}],
  ['an unknown customer', '{ customer(by: { domain: "nowhere.example" }) { id } }', {}],
  [
    'conditions, fragments and aliases',
    `query ($with: Boolean!) { c: customers(first: 5) { edges { cursor node { ...Both ... @include(if: $with) { id } } }
      pageInfo { hasNextPage endCursor } } }
     fragment Both on Customer { id mail: reseller @skip(if: $with) { alternateEmail } billing { account { name } } }`,
    { with: true },
  ],
];

test.each(failing)('%s: the same answer as with graphql-js', async (_, query, variables) => {
  await expectSame(query, variables);
});

test('the failures above are failures', async () => {
  for (const [, query, variables] of failing.slice(0, 4)) {
    const { errors } = JSON.parse(await expectSame(query, variables));
    expect(errors.length).toBeGreaterThan(0);
  }
});

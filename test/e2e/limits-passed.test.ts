import { readdirSync, readFileSync } from 'node:fs';
import { getIntrospectionQuery, type IntrospectionOptions, Kind } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/schema.ts';
import { createDocuments } from '../../src/server/graphql/documents.ts';
import { checkCost } from '../../src/server/graphql/limits/cost-limit.ts';
import { codeBlocks } from '../readme.support.ts';
import { limits } from '../server/harness.support.ts';
import { startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

/** The largest pages that a document can request. */
const variables = { first: 1000 };

/** Parses, validates and measures every operation of a document with the default limits. */
function expectPasses(source: string): void {
  const documents = createDocuments(schema, limits);
  const document = documents.parse(source);
  expect(documents.validate(document)).toEqual([]);
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    checkCost({ schema, document, operation, variables }, limits.cost);
  }
}

describe('the default limits allow', () => {
  const directory = 'schema/operations/';
  test.each(readdirSync(directory).filter((name) => name.endsWith('.graphql')))('%s', (name) => {
    expectPasses(readFileSync(`${directory}${name}`, 'utf8'));
  });

  const examples = codeBlocks(readFileSync('README.md', 'utf8')).filter(
    ({ language }) => language === 'graphql',
  );
  test.each(examples)('$text', ({ text }) => expectPasses(text));

  const introspections: [client: string, options: IntrospectionOptions][] = [
    ['GraphiQL', { schemaDescription: true, inputValueDeprecation: true }],
    [
      'Apollo Rover',
      { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
    ],
    ['codegen', { descriptions: true, inputValueDeprecation: true, oneOf: true }],
    ['Relay', { descriptions: false }],
  ];
  test.each(introspections)('introspection by %s', (_client, options) => {
    expectPasses(getIntrospectionQuery(options));
  });
});

test('1,000 customers with both halves, accounts and subscriptions are within the limits', async () => {
  const { url } = await startTestGateway({ sandbox: { seed: { customers: 1000 } } });
  const { data, errors } = await request<{ customers: { nodes: unknown[] } }, object>(
    url,
    `{ customers(first: 1000) { nodes {
         id
         billing { customerId resellerId account { name active } }
         reseller { customerId customerDomain alternateEmail phoneNumber postalAddress {
           organizationName contactName addressLine1 locality postalCode countryCode } }
         subscriptions { nodes { id skuId skuName status plan { planName }
           seats { numberOfSeats maximumNumberOfSeats licensedNumberOfSeats } } }
       } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data?.customers.nodes).toHaveLength(1000);
});

import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const require = createRequire(import.meta.url);
const run = promisify(execFile);

const app = `
import { graphql } from 'relay-runtime';

graphql\`
  query AppQuery($id: ID!) {
    viewer { subject rights }
    ...App_customers
    customer(by: { id: $id }) { ...App_customer }
  }
\`;

graphql\`
  fragment App_customers on Query
  @refetchable(queryName: "AppCustomersPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    customers(first: $first, after: $after) @connection(key: "App_customers") {
      edges { node { id ...App_customer } }
    }
  }
\`;

graphql\`
  fragment App_customer on Customer
  @refetchable(queryName: "AppCustomerRefetchQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    billing { customerId account { name active } }
    subscriptions(first: $first, after: $after) @connection(key: "App_subscriptions") {
      edges { node { id skuName status } }
    }
  }
\`;

graphql\`
  mutation AppActivateMutation($input: ActivateCustomerInput!) {
    activateCustomer(input: $input) {
      ... on ActivateCustomerSuccess { operation { ...App_operation } }
      ... on Error { code message }
    }
  }
\`;

graphql\`
  fragment App_operation on Operation @refetchable(queryName: "AppOperationRefetchQuery") {
    status
    result { ... on Customer { id } ... on OperationFailure { message } }
  }
\`;

graphql\`
  subscription AppWatchSubscription($id: ID!, $after: String) {
    operationUpdated(id: $id, after: $after) { id cursor ...App_operation }
  }
\`;
`;

test('the Relay compiler takes the schema: connections, refetching by node, subscriptions', async () => {
  const project = await mkdtemp(join(tmpdir(), 'relay-'));
  onTestFinished(() => rm(project, { recursive: true }));
  await mkdir(join(project, 'src'));
  await copyFile('schema/schema.graphql', join(project, 'schema.graphql'));
  await writeFile(join(project, 'src/App.ts'), app);
  const config = { src: './src', schema: './schema.graphql', language: 'typescript' };
  await writeFile(join(project, 'relay.config.json'), JSON.stringify(config));

  const compiler = require.resolve('relay-compiler/cli.js');
  // Without watchman it finds the files by itself.
  const env = { ...process.env, FORCE_NO_WATCHMAN: '1' };
  await run(process.execPath, [compiler, 'relay.config.json'], { cwd: project, env });

  const generated = join(project, 'src/__generated__');
  expect((await readdir(generated)).sort()).toEqual(
    [
      ...['AppActivateMutation', 'AppCustomerRefetchQuery', 'AppCustomersPageQuery'],
      ...['AppOperationRefetchQuery', 'AppQuery', 'AppWatchSubscription'],
      ...['App_customer', 'App_customers', 'App_operation'],
    ].map((name) => `${name}.graphql.ts`),
  );
  const refetch = await readFile(join(generated, 'AppCustomerRefetchQuery.graphql.ts'), 'utf8');
  expect(refetch).toMatch(/node\(id: \$id\)/);
});

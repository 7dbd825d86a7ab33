import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ConcreteRequest,
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createFetch } from '../../src/clients/relay.ts';
import { startTestGateway } from '../support/gateway.ts';
import { findObjects, requestsOf } from './documents.support.ts';
import { compileForRelay } from './relay.support.ts';

const printed: unknown[][] = [];
beforeEach(() => {
  printed.length = 0;
  for (const method of ['warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
  }
});
afterEach(() => void vi.restoreAllMocks());

/** The paths at which `part` differs from `whole`, which may have more fields. */
function differences(part: unknown, whole: unknown, path = ''): string[] {
  if (typeof part !== 'object' || part === null) {
    return Object.is(part, whole) ? [] : [`${path}: ${String(part)} instead of ${String(whole)}`];
  }
  if (Array.isArray(part) && (!Array.isArray(whole) || part.length !== whole.length)) {
    return [`${path}: another length`];
  }
  return Object.entries(part).flatMap(([key, value]) =>
    differences(value, Object(whole)[key], `${path}.${key}`),
  );
}

type Values = Readonly<Record<string, unknown>>;

/** What the store has after a mutation. */
function mutate(environment: Environment, mutation: ConcreteRequest, variables: Values) {
  return new Promise<unknown>((resolve, reject) => {
    commitMutation(environment, { mutation, variables, onCompleted: resolve, onError: reject });
  });
}

/** What the store has after a query; null when it misses a part of it. */
async function read(environment: Environment, query: ConcreteRequest, variables: Values) {
  await fetchQuery(environment, query, variables).toPromise();
  const { fragment } = createOperationDescriptor(query, variables);
  const { data, isMissingData } = environment.lookup(fragment);
  return isMissingData ? null : (data ?? null);
}

test("every document goes through Relay's store whole and without a warning", {
  timeout: 90_000,
}, async () => {
  const { url } = await startTestGateway({ env: { PORTFOLIO: 'true' } });
  const directory = await mkdtemp(join(import.meta.dirname, 'store-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const requests = await requestsOf(await findObjects(url));
  const compiled = await compileForRelay(directory, requests);
  let sent: unknown = null;
  const send = createFetch(url);
  const environment = new Environment({
    network: Network.create(async (params, variables) => {
      const response = await send(params, variables);
      sent = response.data;
      return response;
    }),
    store: new Store(new RecordSource()),
  });
  const problems: string[] = [];
  const seen = { failures: 0, dryRuns: 0 };
  for (const [index, document] of compiled.entries()) {
    const { name = '', type, variables = {} } = requests[index] ?? {};
    const data =
      type === 'mutation'
        ? await mutate(environment, document, variables)
        : await read(environment, document, variables);
    if (data === null) problems.push(`${name}: the store has no data, or not all`);
    const found = differences(data, sent);
    problems.push(...found.map((difference) => `${name}${difference}`));
    const text = JSON.stringify(data ?? null);
    if (type === 'mutation' && /"code":"[A-Z_]+","message"/.test(text)) seen.failures += 1;
    if (text.includes('"warnings":')) seen.dryRuns += 1;
  }
  expect(problems).toEqual([]);
  expect(printed).toEqual([]);
  expect(compiled.length).toBeGreaterThan(60);
  expect(seen.failures).toBeGreaterThan(8);
  expect(seen.dryRuns).toBeGreaterThan(8);
});

import { describe, expect, test } from 'vitest';
import { loadSandboxProgram } from '../../src/config/programs.ts';
import { readExamples } from '../../src/server/documents/examples.ts';
import {
  type ProductDocument,
  productDocuments,
} from '../../src/server/documents/product-documents.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { connectSocket, subscribe } from '../support/websocket.ts';

const documents = productDocuments();
const examples = readExamples(Date.now());
const ofType = (...types: string[]) => documents.filter(({ type }) => types.includes(type));

/** The sandbox as `npm start` seeds it. */
const gateway = sharedTestGateway({
  sandbox: {
    seed: loadSandboxProgram({}).config.options.seed,
    operations: { minMs: 600_000, maxMs: 600_000 },
  },
  env: { PORTFOLIO: 'true' },
});

/** Ids that earlier documents returned, for the documents whose explanation asks for them. */
const found = { operation: '', auditEntry: '' };

function variablesOf({ name }: ProductDocument): Record<string, unknown> {
  const { variables = {} } = examples.get(name) ?? {};
  const filled: Record<string, Record<string, unknown>> = {
    WatchOperation: { operation: found.operation },
    Operation: { by: { id: found.operation } },
    CancelOperation: { operation: found.operation },
    AuditEntry: { by: { id: found.auditEntry } },
    SettleChange: { ...variables, auditEntry: found.auditEntry },
  };
  return filled[name] ?? variables;
}

test('every document has an example, and every example a document', () => {
  expect([...examples.keys()].toSorted()).toEqual(documents.map(({ name }) => name).toSorted());
});

test('every document says what it does and what to run next', () => {
  const names = new Set(documents.map(({ name }) => name));
  for (const { name, description } of documents) {
    const next = /^.+\. Next: (\w+) .+\.$/.exec(description)?.[1] ?? '';
    expect(names.has(next), `${name}: ${description}`).toBe(true);
  }
});

describe('on the seeded sandbox', () => {
  test.each(ofType('mutation', 'query'))('$name works as offered', async (document) => {
    const { name, text } = document;
    const { data, errors } = await request<Record<string, unknown>, Record<string, unknown>>(
      gateway().url,
      text,
      variablesOf(document),
    );
    // There is no change with an unknown outcome to decide.
    const failed = name === 'SettleChange' ? [] : failuresIn(data);
    expect({ name, errors, failed }).toEqual({ name, errors: undefined, failed: [] });
    const { operation } = Object(Object(data)['activateCustomer']);
    if (operation) found.operation = operation.id;
    const [entry] = Object(Object(data)['auditLog']).nodes ?? [];
    if (entry && found.auditEntry === '') found.auditEntry = entry.id;
  });

  test.each(ofType('subscription'))('$name starts as offered', async (document) => {
    const { url } = gateway();
    const client = connectSocket(url);
    const events = subscribe(client, document.text, variablesOf(document));
    const first = events.next();
    // Only an operation has a state to begin with; the others wait for events.
    if (document.name === 'WatchOperation') {
      const { value } = await first;
      expect(value.errors).toBeUndefined();
      return;
    }
    const { errors } = await request(url, '{ __typename }');
    expect(errors).toBeUndefined();
    const state = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50))]);
    expect(Object(state).value?.errors).toBeUndefined();
    await events.return?.();
  });
});

/** Codes and messages of the typed errors in an answer. */
function failuresIn(data: unknown): unknown[] {
  return Object.values(Object(data)).filter(
    (root) => typeof root === 'object' && root !== null && 'code' in root && 'message' in root,
  );
}

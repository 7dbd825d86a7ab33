import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { createGateway } from '../../src/gateway.ts';
import { loggerOptions } from '../../src/log.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { testDirectory } from './gateway-process.support.ts';

/** In the forms in which a vendor's text can hold it. */
const PLANTED = 'planted-0f7e';
const vendorText = [
  `host billing-7.${PLANTED}.internal:8443 project 123456789012`,
  `at com.vendor.${PLANTED}.Handler(Handler.java:10)`,
  `anna.${PLANTED}@mail.example +49 30 12345678`,
  `Bearer ${PLANTED} https://vendor.example/?key=${PLANTED}&token=${PLANTED}`,
].join('\n');

/** What neither the log nor a response may have, and what only the log may have. */
const PERSONAL = /planted|30 12345678|anna/;
const INTERNALS = /internal:|123456789012|Handler|vendor\.example/;

async function startWatched(env: Record<string, string>) {
  const sandbox = await startTestSandbox();
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'trace',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    BILLING_TIMEOUT_MS: '300',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    DRAIN_TIMEOUT_MS: '1000',
    ...env,
  });
  if (!backends) throw new Error('no backends');
  let seen = '';
  let answers = '';
  const see = (text: string): void => {
    seen += text;
  };
  const log = pino(loggerOptions('trace', secretsOf(config.settings)), { write: see });
  const gateway = await createGateway({ ...config, backends }, { log, links: sandbox.links });
  const url = await gateway.start();
  onTestFinished(() => gateway.close());
  return {
    sandbox,
    expectNoSecrets(): void {
      expect(PERSONAL.exec(seen)?.[0]).toBeUndefined();
      expect(INTERNALS.exec(answers)?.[0]).toBeUndefined();
    },
    /** The log and every response until now. */
    seen: () => seen,
    async ask(query: string) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer client-planted' },
        body: JSON.stringify({ query }),
      });
      const text = await response.text();
      see(text);
      answers += text;
      return JSON.parse(text);
    },
  };
}

const reads = `{ customers(first: 2) { nodes { id } }
  subscriptions(first: 2) { nodes { id } } customer(by: { domain: "flexible.example" }) { id } }`;
const audit = `{ auditLog(first: 50) { nodes { outcome error { code message } input } } }`;

test('the text of a gRPC status reaches neither clients nor audit entries, nor the log as it is', async () => {
  const { sandbox, expectNoSecrets, ask } = await startWatched({
    BILLING_TOKEN: 'planted-billing-token',
  });
  const [customer] = (await ask('{ customers(first: 1) { nodes { id } } }')).data.customers.nodes;
  for (let code = status.CANCELLED; code <= status.UNAUTHENTICATED; code++) {
    const message = `${vendorText} planted-billing-token`;
    const effect = { type: 'grpc', code, message } as const;
    const removeFault = sandbox.faults.add({ backend: 'billing', effect, times: 6 });
    await ask(reads);
    await ask(`mutation { activateCustomer(input: { customer: "${customer.id}" }) {
      ... on Error { code message } } }`);
    removeFault();
  }
  expect(JSON.stringify(await ask(audit))).toContain('The billing API');
  expectNoSecrets();
});

test.each([
  ['JSON', JSON.stringify({ error: { code: 403, message: vendorText } })],
  [
    'a google.rpc.Status',
    JSON.stringify({
      error: {
        code: 400,
        message: vendorText,
        status: 'FAILED_PRECONDITION',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            metadata: { consumer: vendorText },
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'seats', description: vendorText }],
          },
        ],
      },
    }),
  ],
  [
    'errors[]',
    JSON.stringify({
      error: { errors: [{ reason: 'invalid', message: vendorText, location: `x.${vendorText}` }] },
    }),
  ],
  ['an OAuth error', JSON.stringify({ error: 'invalid', error_description: vendorText })],
  ['HTML', `<html><pre>${vendorText}</pre></html>`],
  ['text', vendorText],
])('the text of a REST error as %s is shown to nobody', async (_, body) => {
  const env = { RESELLER_TOKEN: 'planted-reseller-token' };
  const { sandbox, expectNoSecrets, seen, ask } = await startWatched(env);
  for (const code of [200, 400, 403, 409, 500, 503]) {
    const effect = { type: 'http', status: code, body } as const;
    const removeFault = sandbox.faults.add({ backend: 'reseller', effect });
    await ask(reads);
    removeFault();
  }
  expect(seen()).toContain('The reseller API');
  expectNoSecrets();
});

test('a token endpoint that echoes its request gets no assertion into the log', async () => {
  const bodies: string[] = [];
  const endpoint = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    bodies.push(body);
    const error_description = `${vendorText} cannot process ${body}`;
    response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant', error_description }));
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void endpoint.close());
  const { port } = endpoint.address() as AddressInfo;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const path = join(testDirectory(), 'key.json');
  const key = { client_email: 'robot@project.example', private_key };
  writeFileSync(path, JSON.stringify({ ...key, token_uri: `http://127.0.0.1:${port}/token` }));
  const env = { RESELLER_KEY_FILE: path, RESELLER_SUBJECT: 'admin@reseller.example' };
  const { seen, ask } = await startWatched(env);
  await ask('{ subscriptions(first: 1) { nodes { id } } }');
  expect(bodies.length).toBeGreaterThan(0);
  const assertion = new URLSearchParams(bodies[0]).get('assertion') ?? 'none';
  expect(seen()).toContain('The token endpoint returned 400');
  for (const secret of [assertion, 'eyJ', 'PRIVATE KEY', 'admin@', 'robot@', PLANTED]) {
    expect(seen()).not.toContain(secret);
  }
});

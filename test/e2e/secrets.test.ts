import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { IamTokenService } from '../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { audience, issuer, now, startIssuer, tokenOf } from '../server/push-issuer.support.ts';
import { StatusFailure, startBillingServer } from '../support/billing-server.ts';
import { testDirectory } from './gateway-process.support.ts';
import { PLANTED, startWatched, vendorText } from './secrets.support.ts';

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
  const { path } = keyFile({
    client_email: 'robot@project.example',
    token_uri: `http://127.0.0.1:${port}/token`,
  });
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

/** The RSA key of a service account in its file, and a line of it that must stay there. */
function keyFile(fields: Record<string, string>) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const path = join(testDirectory(), 'key.json');
  writeFileSync(path, JSON.stringify({ ...fields, private_key }));
  return { path, keyLine: private_key.split('\n')[3] ?? 'none' };
}

test('IAM that echoes its request gets neither the key nor the signed JWT into the log', async () => {
  const jwts: string[] = [];
  const iam = await startBillingServer();
  iam.on(IamTokenService.method.create, ({ request: { identity } }) => {
    const jwt = identity.case === 'jwt' ? identity.value : 'none';
    jwts.push(jwt);
    const trailers = new Metadata();
    trailers.set('x-debug', `jwt ${jwt}`);
    throw new StatusFailure(status.UNAUTHENTICATED, `${vendorText} cannot verify ${jwt}`, trailers);
  });
  const { path, keyLine } = keyFile({ id: 'key-id', service_account_id: 'account-id' });
  const { seen, ask, expectNoSecrets } = await startWatched({
    BILLING_KEY_FILE: path,
    IAM_ENDPOINT: iam.address,
  });
  const { errors } = await ask('{ customers(first: 1) { nodes { id } } }');
  expect(errors[0].message).toBe('The gateway cannot authenticate to the billing API.');
  expect(jwts.length).toBeGreaterThan(0);
  for (const secret of [...jwts, 'eyJ', 'PRIVATE KEY', keyLine]) {
    expect(seen()).not.toContain(secret);
  }
  expectNoSecrets();
});

test('a token that is refused reaches neither the log nor the response', async () => {
  const { trusted } = await startIssuer();
  const { seen, ask } = await startWatched({
    AUTH: 'jwt',
    AUTH_JWKS_URL: trusted.jwksUrl,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
  });
  const expired = await tokenOf({ sub: 'ann', exp: now() - 3_600 });
  const foreign = await tokenOf({ sub: 'ann', aud: 'another' });
  const [header, payload] = expired.split('.');
  const forged = `${header}.${payload}.${PLANTED}`;
  for (const token of [expired, foreign, forged, `${PLANTED}.${PLANTED}.${PLANTED}`, PLANTED]) {
    const { errors } = await ask('{ viewer { subject } }', token);
    expect(errors[0].extensions.code).toBe('UNAUTHENTICATED');
  }
  expect(seen()).toContain('request refused: invalid token');
  for (const secret of ['eyJ', PLANTED, ...expired.split('.'), ...foreign.split('.')]) {
    expect(seen()).not.toContain(secret);
  }
});

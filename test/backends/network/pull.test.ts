import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { expect, onTestFinished, test, vi } from 'vitest';
import { pullNotifications } from '../../../src/backends/pubsub/pull.ts';
import type { PullKey } from '../../../src/backends/pubsub/pull-library.ts';
import { createAuthority } from '../../support/certificates.support.ts';
import { startConnectProxy } from '../../support/connect-proxy.support.ts';
import {
  pointTo,
  startSubscriberServer,
  subscription,
} from '../pubsub/subscriber-server.support.ts';
import { reply, startBackend } from '../reseller/reseller.support.ts';
import { egressOf } from './network.support.ts';

const PUBSUB = 'pubsub.googleapis.com:443';
const TOKENS = 'oauth2.googleapis.com:443';

const authority = createAuthority();
const identity = authority.issue('pubsub.googleapis.com');
const tokens = authority.issue('oauth2.googleapis.com');

/** Pub/Sub and its token endpoint, which only the returned proxy reaches under their names. */
async function startGoogle() {
  const { certificate, key } = identity;
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  const server = await startSubscriberServer(ServerCredentials.createSsl(null, [pair]));
  pointTo(undefined);
  const endpoint = await startBackend(
    (_, response) => reply(response, { access_token: 'a1', expires_in: 3600 }),
    { cert: tokens.certificate, key: tokens.key },
  );
  const proxy = await startConnectProxy();
  proxy.ports.set(PUBSUB, server.port).set(TOKENS, Number(new URL(endpoint.url).port));
  return { server, proxy };
}

function serviceAccount(): PullKey {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { client_email: 'robot@p.example', private_key };
}

async function receiveOne(key: (() => PullKey) | null): Promise<readonly string[]> {
  const { server, proxy } = await startGoogle();
  const received: (string | null)[] = [];
  const pull = await pullNotifications({
    subscription,
    key,
    receive: async ({ messageId }) => void received.push(messageId),
    log: { info: () => {}, warn: () => {} },
    egress: egressOf({ authorities: [authority.certificate], proxy: proxy.address }),
  });
  onTestFinished(() => pull.close());
  server.publish('1');
  await expect.poll(() => received, { timeout: 10_000 }).toEqual(['1']);
  return proxy.tunnels.toSorted();
}

test('Pub/Sub is reached through a proxy, with a private authority', async () => {
  // The library signs the tokens of a service account itself.
  expect(await receiveOne(serviceAccount)).toEqual([PUBSUB]);
});

test('tokens of Application Default Credentials are requested through the proxy', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'user.json');
  const user = { client_id: 'c', client_secret: 's', refresh_token: 'r' };
  writeFileSync(file, JSON.stringify({ type: 'authorized_user', ...user }));
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await receiveOne(null)).toEqual([TOKENS, PUBSUB]);
});

test('the connection to Pub/Sub uses authorities that are replaced, without being reopened', async () => {
  const { server, proxy } = await startGoogle();
  const received: (string | null)[] = [];
  const egress = egressOf({ proxy: proxy.address });
  const pull = await pullNotifications({
    subscription,
    key: serviceAccount,
    receive: async ({ messageId }) => void received.push(messageId),
    log: { info: () => {}, warn: () => {} },
    egress,
    times: { connectMs: 60_000, keepaliveMs: 60_000, keepaliveTimeoutMs: 60_000 },
  });
  onTestFinished(() => pull.close());
  await expect.poll(() => proxy.tunnels, { timeout: 10_000 }).toContain(PUBSUB);
  egress.replaceTls({ authorities: [authority.certificate] });
  server.publish('1');
  await expect.poll(() => received, { timeout: 10_000 }).toEqual(['1']);
});

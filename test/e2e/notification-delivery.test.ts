import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PUSH_PATH } from '../../src/server/routes.ts';
import {
  startSubscriberServer,
  subscription,
} from '../backends/pubsub/subscriber-server.support.ts';
import { startIssuer, tokenOf } from '../server/push-issuer.support.ts';
import { startTestGateway, startTestSandbox } from '../support/gateway.ts';
import { NotificationsDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { startGatewayProcess } from './gateway-process.support.ts';

const data = JSON.stringify({ customer_id: 'C1', event_type: 'SUBSCRIPTION_RENEWED' });

async function kept(url: string): Promise<string[]> {
  const { data: page, errors } = await request(url, NotificationsDocument, {});
  expect(errors).toBeUndefined();
  return page?.notifications?.nodes.map(({ messageId }) => messageId) ?? [];
}

test('a push needs the token of the account that the gateway is configured with', async () => {
  const { trusted } = await startIssuer();
  const { url } = await startTestGateway({
    env: {
      NOTIFICATIONS_PUSH_AUDIENCE: trusted.audience,
      NOTIFICATIONS_PUSH_SERVICE_ACCOUNT: trusted.serviceAccount,
      NOTIFICATIONS_PUSH_JWKS_URL: trusted.jwksUrl,
    },
  });
  const push = async (messageId: string, token: string): Promise<number> => {
    const { status } = await fetch(new URL(PUSH_PATH, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        message: { messageId, data: Buffer.from(data).toString('base64') },
      }),
    });
    return status;
  };
  expect(await push('forged', 'e30.e30.e30')).toBe(401);
  expect(await push('expired', await tokenOf({ exp: 1 }))).toBe(401);
  expect(await push('audience', await tokenOf({ aud: 'https://other.example' }))).toBe(401);
  expect(await push('account', await tokenOf({ email: 'other@example.com' }))).toBe(401);
  expect(await kept(url)).toEqual([]);
  expect(await push('right', await tokenOf())).toBe(204);
  expect(await kept(url)).toEqual(['right']);
});

test('what is pulled is kept once, and acknowledged', { timeout: 30_000 }, async () => {
  const pubsub = await startSubscriberServer();
  const sandbox = await startTestSandbox();
  const { url } = await startGatewayProcess(sandbox, {
    DATABASE_URL: 'sqlite::memory:',
    NOTIFICATIONS_SUBSCRIPTION: subscription,
  });
  for (const messageId of ['1', '2', '1']) pubsub.publish(messageId, { data: Buffer.from(data) });
  await expect.poll(() => pubsub.acked.toSorted(), { timeout: 10_000 }).toEqual(['1', '1', '2']);
  expect((await kept(url)).toSorted()).toEqual(['1', '2']);
});

test('the library for pulling is not loaded unless something is to be pulled', async () => {
  const script = `
    import { createRequire } from 'node:module';
    await import('./src/gateway.ts');
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.some((path) => path.includes('graphql')), loaded.some((path) => path.includes('@google-cloud')));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ]);
  expect(stdout.trim()).toBe('true false');
});

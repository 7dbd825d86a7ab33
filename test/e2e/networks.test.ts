import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loggerOptions } from '../../src/log.ts';
import { createAuthority, type Issued } from '../support/certificates.support.ts';
import { startConnectProxy } from '../support/connect-proxy.support.ts';
import { startTestGateway, startTestSandbox } from '../support/gateway.ts';
import { request } from '../support/request.ts';

const authority = createAuthority();
const strangers = createAuthority('Another CA');
const server = authority.issue('server');
const client = authority.issue('client');

/** TLS in front of a plaintext server on 127.0.0.1, for clients with a certificate. */
async function startTls(port: number): Promise<number> {
  const { certificate: cert, key } = server;
  const options = { cert, key, ca: authority.certificate, requestCert: true };
  const front = createServer({ ...options, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    const upstream = connect(port, '127.0.0.1');
    socket.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => socket.destroy()).pipe(socket);
    onTestFinished(() => void socket.destroy());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  onTestFinished(() => void front.close());
  return (front.address() as AddressInfo).port;
}

function environment(billingPort: number, resellerPort: number, identity: Issued) {
  return {
    BILLING_ENDPOINT: `127.0.0.1:${billingPort}`,
    BILLING_TLS: 'true',
    BILLING_TOKEN: 't',
    BILLING_TLS_CERT_FILE: identity.certificateFile,
    BILLING_TLS_KEY_FILE: identity.keyFile,
    RESELLER_ENDPOINT: `https://127.0.0.1:${resellerPort}`,
    RESELLER_TOKEN: 't',
    RESELLER_TLS_CERT_FILE: identity.certificateFile,
    RESELLER_TLS_KEY_FILE: identity.keyFile,
    TLS_CA_FILE: authority.certificateFile,
  };
}

const QUERY = `{
  customers(first: 3) { nodes { id reseller { customerDomain } } }
  subscriptions(first: 1) { nodes { skuId } }
}`;

test('a gateway reaches both backends with client certificates, through a proxy', async () => {
  const sandbox = await startTestSandbox();
  const billingPort = await startTls(Number(sandbox.billingAddress.split(':').at(-1)));
  const resellerPort = await startTls(Number(new URL(sandbox.resellerUrl).port));
  const proxy = await startConnectProxy();
  const { url } = await startTestGateway({
    env: {
      ...environment(billingPort, resellerPort, client),
      BILLING_RESELLER_ID: sandbox.resellerId,
      HTTPS_PROXY: `http://user:s3cr3t@${proxy.address}`,
    },
  });
  const { data, errors } = await request(url, QUERY);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    customers: { nodes: [{}, {}, {}] },
    subscriptions: { nodes: [{}] },
  });
  expect(new Set(proxy.tunnels)).toEqual(
    new Set([`127.0.0.1:${billingPort}`, `127.0.0.1:${resellerPort}`]),
  );
});

test('plaintext backends are reached through tunnels too: gRPC by HTTPS_PROXY, http by HTTP_PROXY', async () => {
  const [httpsProxy, httpProxy] = [await startConnectProxy(), await startConnectProxy()];
  const { url, sandbox } = await startTestGateway({
    env: { HTTPS_PROXY: httpsProxy.address, HTTP_PROXY: httpProxy.address },
  });
  expect((await request(url, QUERY)).errors).toBeUndefined();
  expect(new Set(httpsProxy.tunnels)).toEqual(new Set([sandbox.billingAddress]));
  expect(new Set(httpProxy.tunnels)).toEqual(new Set([new URL(sandbox.resellerUrl).host]));
});

test('clients learn that the proxy fails; the log says which and why, without credentials', async () => {
  const lines: string[] = [];
  const proxy = await startConnectProxy();
  proxy.mode = 407;
  const { url } = await startTestGateway({
    env: { ...environment(1, 1, client), HTTPS_PROXY: `http://user:s3cr3t@${proxy.address}` },
    log: pino(loggerOptions('debug'), { write: (line) => void lines.push(line) }),
  });
  const { errors } = await request(url, QUERY);
  const logged = lines.join('');
  expect(logged).toContain(`the proxy ${proxy.address} requires other credentials for 127.0.0.1:1`);
  expect(logged).not.toMatch(/s3cr3t|dXNlcjpzM2NyM3Q/);
  const reason = 'the gateway cannot connect through its proxy';
  expect(errors?.toSorted((a, b) => a.message.localeCompare(b.message))).toMatchObject([
    {
      message: `The billing API is unavailable: ${reason}.`,
      extensions: { code: 'UNAVAILABLE', service: 'billing', retryable: false },
    },
    {
      message: `The reseller API is unavailable: ${reason}.`,
      extensions: { code: 'UNAVAILABLE', service: 'reseller', retryable: false },
    },
  ]);
});

test('certificates that are replaced while the gateway runs are used without a restart', async () => {
  const lines: string[] = [];
  const sandbox = await startTestSandbox();
  const billingPort = await startTls(Number(sandbox.billingAddress.split(':').at(-1)));
  const resellerPort = await startTls(Number(new URL(sandbox.resellerUrl).port));
  // Neither are the servers trusted, nor do they trust the client.
  const mounted = strangers.issue('client');
  const bundle = strangers.certificateFile;
  const { url } = await startTestGateway({
    env: {
      ...environment(billingPort, resellerPort, mounted),
      BILLING_RESELLER_ID: sandbox.resellerId,
      TLS_CA_FILE: bundle,
      TLS_RELOAD_INTERVAL_MS: '100',
    },
    log: pino(loggerOptions('info'), { write: (line) => void lines.push(line) }),
  });
  expect((await request(url, QUERY)).errors).toHaveLength(2);

  copyFileSync(authority.certificateFile, bundle);
  copyFileSync(client.certificateFile, mounted.certificateFile);
  copyFileSync(client.keyFile, mounted.keyFile);
  const problems = async () => (await request(url, QUERY)).errors ?? [];
  await expect.poll(problems, { timeout: 10_000 }).toEqual([]);
  expect(lines.join('')).toContain('TLS files changed, new connections use them');

  writeFileSync(mounted.keyFile, client.key.slice(0, 100));
  await expect
    .poll(() => lines.join(''), { timeout: 5_000 })
    .toMatch(/BILLING_TLS_KEY_FILE=\S+ contains no private key.*keeping the previous certificates/);
  expect(await problems()).toEqual([]);
  expect(lines.join('')).not.toContain('BEGIN');
});

test('/readyz checks the backends through the proxy', async () => {
  const sandbox = await startTestSandbox();
  const proxy = await startConnectProxy();
  const resellerPort = await startTls(Number(new URL(sandbox.resellerUrl).port));
  const { url } = await startTestGateway({
    env: {
      ...environment(1, resellerPort, client),
      HTTPS_PROXY: proxy.address,
      NO_PROXY: '127.0.0.1:1',
    },
  });
  const causes = async () => (await (await fetch(new URL('/readyz', url))).json()).causes;
  await expect.poll(causes).toEqual(['billing: cannot connect']);
  expect(proxy.tunnels).toContain(`127.0.0.1:${resellerPort}`);
  proxy.mode = 403;
  await expect
    .poll(causes, { timeout: 10_000 })
    .toEqual(['billing: cannot connect', 'reseller: cannot connect']);
});

import { describe, expect, test } from 'vitest';
import { Proxies } from '../../../src/backends/network/proxy.ts';
import { createAuthority } from '../../support/certificates.support.ts';
import { startConnectProxy } from '../../support/connect-proxy.support.ts';
import { egressOf, kindsOfServers, messagesOf } from './network.support.ts';

const authority = createAuthority();
const identity = authority.issue('server');
const authorities = [authority.certificate];
const credentials = 'user:s3cr3t%40p';
const authorization = `Basic ${Buffer.from('user:s3cr3t@p').toString('base64')}`;

describe.each(kindsOfServers)('%s', (_, start) => {
  test('is reached through a proxy, with its credentials', async () => {
    const reached = await start({ identity });
    const proxy = await startConnectProxy();
    const url = `http://${credentials}@${proxy.address}`;
    expect(await reached.call(egressOf({ authorities, proxy: url }))).toBeTruthy();
    expect(proxy.tunnels).toEqual([reached.address]);
    expect(proxy.authorizations).toEqual([authorization]);
  });

  test('is reached through a proxy that uses TLS', async () => {
    const reached = await start({ identity });
    const proxy = await startConnectProxy(identity);
    const egress = egressOf({ authorities, proxy: `https://${proxy.address}` });
    expect(await reached.call(egress)).toBeTruthy();
    expect(proxy.tunnels).toEqual([reached.address]);
  });

  test('is reached directly when NO_PROXY names it', async () => {
    const reached = await start({ identity });
    const proxy = await startConnectProxy();
    const egress = egressOf({ authorities, proxy: proxy.address, noProxy: '127.0.0.0/8' });
    expect(await reached.call(egress)).toBeTruthy();
    expect(proxy.tunnels).toEqual([]);
  });

  test.each<[string, 'HANG' | 407 | 403, RegExp]>([
    ['never answers', 'HANG', /no connection to SERVER through the proxy PROXY/],
    [
      'requires other credentials',
      407,
      /the proxy PROXY requires other credentials for SERVER \(status 407\); check the user name/,
    ],
    ['refuses', 403, /the proxy PROXY refused to connect to SERVER \(status 403\)/],
  ])('is UNAVAILABLE when the proxy %s', async (__, mode, problem) => {
    const reached = await start({ identity });
    const proxy = await startConnectProxy();
    proxy.mode = mode;
    const startedAt = performance.now();
    const url = `http://${credentials}@${proxy.address}`;
    const connectMs = mode === 'HANG' ? 300 : 10_000;
    const call = reached.call(egressOf({ authorities, proxy: url, connectMs }), connectMs);
    const error = await call.catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    const messages = messagesOf(error);
    const shown = messages.replaceAll(proxy.address, 'PROXY').replaceAll(reached.address, 'SERVER');
    expect(shown).toMatch(problem);
    expect(messages).not.toMatch(/s3cr3t|user:/);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await expect.poll(() => proxy.open.size).toBe(0);
  });

  test('is UNAVAILABLE when the proxy cannot be reached', async () => {
    const reached = await start({ identity });
    const egress = egressOf({ authorities, proxy: `http://${credentials}@127.0.0.1:1` });
    const error = await reached.call(egress).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(messagesOf(error)).toMatch(/through the proxy 127\.0\.0\.1:1/);
  });
});

test.each<[string, string, boolean]>([
  ['billing.corp.example:443', 'corp.example', true],
  ['billing.corp.example:443', '.corp.example', true],
  ['billing.corp.example:443', '*.corp.example', true],
  ['billing.corp.example:443', 'a.example, CORP.example', true],
  ['corp.example:443', 'corp.example', true],
  ['notcorp.example:443', 'corp.example', false],
  ['corp.example.evil:443', 'corp.example', false],
  ['corp.example:443', 'corp.example:443', true],
  ['corp.example:8443', 'corp.example:443', false],
  ['10.1.2.3:443', '10.0.0.0/8', true],
  ['11.1.2.3:443', '10.0.0.0/8', false],
  ['10.1.2.3:443', '10.1.2.3', true],
  ['110.1.2.3:443', '10.1.2.3', false],
  ['[fd00::1]:443', 'fd00::/8', true],
  ['[::1]:443', '::1', true],
  ['[::1]:443', '[::1]:443', true],
  ['anything.example:443', '*', true],
  ['anything.example:443', '', false],
  ['anything.example:443', 'bad/entry', false],
])('%s with NO_PROXY=%s is direct: %s', (address, noProxy, isDirect) => {
  const proxies = new Proxies({ httpsProxy: 'proxy.example:3128', noProxy });
  const url = new URL(`https://${address}`);
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 443 };
  expect(proxies.for(target, 'https') === null).toBe(isDirect);
});

test('http URLs use HTTP_PROXY only', () => {
  const target = { host: 'a.example', port: 80 };
  const proxies = new Proxies({ httpProxy: 'http://p.example' });
  expect(proxies.for(target, 'http')).toMatchObject({ host: 'p.example', port: 80 });
  expect(proxies.for(target, 'https')).toBeNull();
});

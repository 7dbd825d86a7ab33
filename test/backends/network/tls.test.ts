import { describe, expect, test } from 'vitest';
import type { Identity } from '../../../src/backends/network/egress.ts';
import { connectionError } from '../../../src/backends/reseller/connection-errors.ts';
import { createAuthority, type Issued } from '../../support/certificates.support.ts';
import { egressOf, kindsOfServers, messagesOf } from './network.support.ts';

const authority = createAuthority();
const otherAuthority = createAuthority('Another CA');
const server = authority.issue('server');
const client = authority.issue('client');
const stranger = otherAuthority.issue('client');
const expired = authority.issue('server', { days: -1 });
const otherName = authority.issue('other.example', { nameOnly: true });
const authorities = [authority.certificate];

function identityOf({ certificate, key }: Issued): Identity {
  return { certificate, key, setting: 'BILLING_TLS_CERT_FILE' };
}

describe.each(kindsOfServers)('%s', (_, start) => {
  test('is reached when a private authority is trusted', async () => {
    const reached = await start({ identity: server });
    expect(await reached.call(egressOf({ authorities }))).toBeTruthy();
  });

  test.each<[string, Issued, string[], RegExp]>([
    ['an unknown authority', server, [], /unknown authority; add its certificate to TLS_CA_FILE/],
    [
      'another authority than the trusted one',
      server,
      [otherAuthority.certificate],
      /unknown authority; add its certificate to TLS_CA_FILE/,
    ],
    ['an expired certificate', expired, authorities, /has expired; renew it/],
    ['another name', otherName, authorities, /is for other host names; check the host name/],
  ])('is not used with %s, and the log says what to do', async (__, identity, trusted, problem) => {
    const reached = await start({ identity });
    const error = await reached.call(egressOf({ authorities: trusted })).catch((e: unknown) => e);
    expect(messagesOf(error)).toMatch(problem);
    expect(messagesOf(error)).toContain(`the certificate of ${reached.address} `);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(reached.calls()).toBe(0);
  });
});

const withClients = kindsOfServers.filter(([name]) => !name.startsWith('the public keys'));

describe.each(withClients)('%s that requires a client certificate', (name, start) => {
  const protocol = name.endsWith('gRPC') ? 'gRPC' : 'https';

  test('is reached with one', async () => {
    const reached = await start({ identity: server, clients: authority });
    const egress = egressOf({ authorities, identity: identityOf(client) });
    expect(await reached.call(egress)).toBeTruthy();
  });

  test('is not reached without one, nor with one of another authority', async () => {
    const reached = await start({ identity: server, clients: authority });
    const identity = identityOf(stranger);
    for (const egress of [egressOf({ authorities }), egressOf({ authorities, identity })]) {
      const error = await reached.call(egress).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      // Servers on Node close HTTPS connections without a reason.
      if (protocol === 'gRPC') expect(messagesOf(error)).toMatch(/requires a client certificate/);
    }
    expect(reached.calls()).toBe(0);
  });
});

describe.each(kindsOfServers)('%s, after the files of the gateway were replaced', (name, start) => {
  test('is reached with the new certificates', async () => {
    const isIssuer = name.startsWith('the public keys');
    const reached = await start({ identity: server, ...(!isIssuer && { clients: authority }) });
    const old = { authorities: [otherAuthority.certificate], identity: identityOf(stranger) };
    const egress = egressOf(old);
    await expect(reached.call(egress)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    egress.replaceTls({ authorities, identity: identityOf(client) });
    expect(await reached.call(egress)).toBeTruthy();
  });
});

test('certificates that OpenSSL rejects change nothing', async () => {
  const egress = egressOf({ authorities, identity: identityOf(client) });
  const broken = { ...identityOf(client), key: stranger.key };
  expect(() => egress.replaceTls({ authorities: [], identity: broken })).toThrow();
  const [, [, startIam] = []] = kindsOfServers;
  const reached = await startIam?.({ identity: server, clients: authority });
  expect(await reached?.call(egress)).toBeTruthy();
});

test.each([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
])('%s is explained in the log, and the client receives no host name', (code) => {
  const error = connectionError(Object.assign(new Error('failed'), { code }));
  expect(messagesOf(error.cause)).toMatch(
    /the reseller API requires a client certificate .* check RESELLER_TLS_CERT_FILE/,
  );
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    message: 'The reseller API is unavailable: no trusted TLS connection can be established.',
    retryable: false,
    // A server can reject a certificate after it has received the request.
    nothingSent: false,
  });
});

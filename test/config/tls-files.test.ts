import { copyFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadGatewayProgram } from '../../src/config/programs.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { readTlsFiles, rereadTlsFiles } from '../../src/config/tls-files.ts';
import { createAuthority } from '../support/certificates.support.ts';
import { type Env, plaintext, problemsOf } from '../support/config.ts';

const authority = createAuthority();
const client = authority.issue('client');
const other = authority.issue('other');
const expired = authority.issue('expired', { days: -1 });

function programProblems(env: Env): readonly string[] {
  try {
    loadGatewayProgram({ ...plaintext, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const pairOf = (certificate: string, key: string): Env => ({
  BILLING_TLS_CERT_FILE: certificate,
  BILLING_TLS_KEY_FILE: key,
});

test('a private authority and client certificates are valid', () => {
  const { certificateFile, keyFile } = client;
  const reseller = { RESELLER_TLS_CERT_FILE: certificateFile, RESELLER_TLS_KEY_FILE: keyFile };
  const env = { ...pairOf(certificateFile, keyFile), ...reseller };
  expect(programProblems({ ...env, TLS_CA_FILE: authority.certificateFile })).toEqual([]);
});

test.each<[string, Env, RegExp]>([
  [
    'a missing bundle',
    { TLS_CA_FILE: '/nowhere/ca.pem' },
    /^TLS_CA_FILE=.* cannot be read \(ENOENT\)/,
  ],
  ['a directory', { TLS_CA_FILE: '/' }, /^TLS_CA_FILE=\/ cannot be read \(EISDIR\)/],
  ['a bundle without certificates', { TLS_CA_FILE: client.keyFile }, /contains no certificate/],
  ['an expired bundle', { TLS_CA_FILE: expired.certificateFile }, /^TLS_CA_FILE=.* expired on 20/],
  [
    'an expired certificate',
    pairOf(expired.certificateFile, expired.keyFile),
    /^BILLING_TLS_CERT_FILE=.* expired on 20/,
  ],
  [
    'a key of another certificate',
    pairOf(client.certificateFile, other.keyFile),
    /^BILLING_TLS_KEY_FILE=.* is not the private key of the first certificate in /,
  ],
  [
    'a key file that is a certificate',
    pairOf(client.certificateFile, client.certificateFile),
    /^BILLING_TLS_KEY_FILE=.* contains no private key in PEM format/,
  ],
])('%s is a problem of the configuration', (_, env, problem) => {
  const problems = programProblems(env);
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(problems.join()).not.toContain('BEGIN');
});

test('a file that is replaced changes its part, and a broken one leaves it as it was', () => {
  const own = authority.issue('own');
  const { certificateFile, keyFile } = own;
  const { config } = loadGatewayProgram({
    ...{ ...plaintext, ...pairOf(certificateFile, keyFile) },
    TLS_CA_FILE: authority.certificateFile,
  });
  const first = readTlsFiles(config.settings);
  expect(rereadTlsFiles(config.settings, first)).toEqual({
    ...{ files: first, problems: [], changed: [] },
  });

  // The certificate comes first, and its key is still the previous one.
  copyFileSync(other.certificateFile, certificateFile);
  const half = rereadTlsFiles(config.settings, first);
  expect(half).toMatchObject({ files: first, changed: [] });
  expect(half.problems).toEqual([
    expect.stringMatching(/^BILLING_TLS_KEY_FILE=.* is not the private key/),
  ]);

  copyFileSync(other.keyFile, keyFile);
  const { files, problems, changed } = rereadTlsFiles(config.settings, first);
  expect(problems).toEqual([]);
  expect(changed).toEqual(['BILLING_TLS_CERT_FILE', 'BILLING_TLS_KEY_FILE']);
  expect(files.billing?.key).toBe(other.key);
  expect(files.authorities).toEqual(first.authorities);

  writeFileSync(keyFile, other.key.slice(0, 80));
  const broken = rereadTlsFiles(config.settings, files);
  expect(broken).toMatchObject({ files, changed: [] });
  expect(broken.problems).toEqual([
    expect.stringMatching(/^BILLING_TLS_KEY_FILE=.* contains no private key in PEM format\.$/),
  ]);
});

test('a certificate without its key is a problem, and the reverse', () => {
  const { certificateFile, keyFile } = client;
  expect(problemsOf({ ...plaintext, BILLING_TLS_CERT_FILE: certificateFile })).toEqual([
    'BILLING_TLS_KEY_FILE is required when BILLING_TLS_CERT_FILE is set.',
  ]);
  expect(problemsOf({ ...plaintext, RESELLER_TLS_KEY_FILE: keyFile })).toEqual([
    'RESELLER_TLS_CERT_FILE is required when RESELLER_TLS_KEY_FILE is set.',
  ]);
});

test.each([
  'socks5://proxy.example:1080',
  'http://p.example/path',
  'http://u:s3cr%t@p.example',
  'not a url',
])('the proxy %s is a problem, without its value', (value) => {
  const [problem, ...rest] = problemsOf({ ...plaintext, HTTPS_PROXY: value });
  expect(rest).toEqual([]);
  expect(problem).toMatch(/^HTTPS_PROXY must be the URL of an http or https proxy/);
  expect(problem).not.toContain(value);
});

test.each<[Env, string | undefined]>([
  [{ HTTPS_PROXY: 'http://upper.example:1' }, 'http://upper.example:1'],
  [{ https_proxy: 'lower.example:2' }, 'lower.example:2'],
  [{ HTTPS_PROXY: 'http://upper.example:1', https_proxy: 'lower.example:2' }, 'lower.example:2'],
  [{ HTTP_PROXY: 'http://upper.example:1' }, undefined],
])('%j selects the proxy %s for https', (env, proxy) => {
  const { config } = loadGatewayProgram({ ...plaintext, ...env });
  expect(config.settings.network.HTTPS_PROXY).toBe(proxy);
});

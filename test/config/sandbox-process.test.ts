import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import type { Env } from '../support/config.ts';

function start(env: Env) {
  const ports = { SANDBOX_BILLING_PORT: '0', SANDBOX_RESELLER_PORT: '0', SANDBOX_CUSTOMERS: '5' };
  const child = spawn(process.execPath, ['src/main.cjs', 'sandbox'], { env: { ...ports, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function statusOf(url: string, ca: string, headers: Record<string, string>) {
  return new Promise<number | undefined>((resolve, reject) => {
    get(url, { ca, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

test('npm run sandbox requires a token and prints how to call it over TLS', {
  timeout: 30_000,
}, async () => {
  const file = join(testDirectory(), 'certificates', 'sandbox.pem');
  const child = start({ SANDBOX_TLS: 'true', SANDBOX_TLS_CERT_FILE: file });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes('maxResults=2')) break;
  }
  expect(printed).toContain(`grpcurl -cacert ${file} -H 'authorization: Bearer sandbox'`);
  const [url = ''] = /https:\S+flexible\.example/.exec(printed) ?? [];
  const ca = readFileSync(file, 'utf8');
  expect(await statusOf(url, ca, {})).toBe(401);
  expect(await statusOf(url, ca, { authorization: 'Bearer sandbox' })).toBe(200);
});

test('a certificate that cannot be written is a problem of the configuration', {
  timeout: 30_000,
}, async () => {
  const child = start({
    SANDBOX_TLS: 'true',
    SANDBOX_TLS_CERT_FILE: 'package.json/certificates/sandbox.pem',
  });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(78);
  expect(errors).toContain(
    'SANDBOX_TLS_CERT_FILE=package.json/certificates/sandbox.pem cannot be written (ENOTDIR).',
  );
});

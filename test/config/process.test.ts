import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import { type Env, plaintext } from '../support/config.ts';
import { request } from '../support/request.ts';

function start(args: readonly string[], env: Env, file = 'src/main.cjs'): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs the program until it exits. */
async function run(args: readonly string[], env: Env, file?: string) {
  const child = start(args, env, file);
  if (!child.stdout || !child.stderr) throw new Error('the output is not piped');
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, out, errors };
}

const invalid = {
  PORT: 'abc',
  BILLING_TLS: 'maybe',
  BILLING_TIMEOUT_MS: 'abc',
  SANDBOX_CUSTOMERS: 'x',
};

test.each([
  'src/main.cjs',
  'src/main.ts',
])('%s --help exits with 0 and starts nothing', async (file) => {
  const { code, out, errors } = await run(['--help'], invalid, file);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(out).toMatch(/^Usage: /);
});

test('--check-config exits with 0 without opening the database', async () => {
  const file = join(testDirectory(), 'gateway.db');
  const env = { ...plaintext, DATABASE_URL: `sqlite:${file}` };
  expect(await run(['--check-config'], env)).toEqual({
    code: 0,
    out: 'Configuration is valid.\n',
    errors: 'Warning: BILLING_RESELLER_ID is not set: `customers` fails without `resellerId`\n',
  });
  expect(existsSync(file)).toBe(false);
});

test.each<[string, Env, RegExp]>([
  ['the sandbox', {}, /PORT .*BILLING_TLS .*BILLING_TIMEOUT_MS .*SANDBOX_CUSTOMERS /s],
  ['real backends', plaintext, /PORT .*BILLING_TLS .*BILLING_TIMEOUT_MS /s],
])('every problem exits with 78 in one run (%s)', async (_, env, names) => {
  const { code, out, errors } = await run([], { ...env, ...invalid });
  expect({ code, out }).toEqual({ code: 78, out: '' });
  expect(errors).toMatch(names);
  expect(errors.includes('SANDBOX_')).toBe(env !== plaintext);
});

test('an unknown argument exits with 64', async () => {
  expect(await run(['--hepl'], {})).toEqual({
    code: 64,
    out: '',
    errors: 'Unknown argument --hepl. Run with --help to see the usage.\n',
  });
});

test('the gateway logs warnings when it starts', { timeout: 30_000 }, async () => {
  const child = start([], {
    ...plaintext,
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    BILLING_TOKN: 's3cr3t',
  });
  if (!child.stdout || !child.stderr) throw new Error('the output is not piped');
  const logged = text(child.stderr);
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('Try:')) child.kill();
  }
  const lines = (await logged).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, msg: 'BILLING_TOKN is not a setting and is ignored; did you mean BILLING_TOKEN?' },
    { level: 40, msg: 'BILLING_RESELLER_ID is not set: `customers` fails without `resellerId`' },
  ]);
});

test('the gateway calls its built-in sandbox with SANDBOX_TOKEN', { timeout: 30_000 }, async () => {
  const child = start([], { PORT: '0', SANDBOX_TOKEN: 's3cr3t', LOG_LEVEL: 'silent' });
  let printed = '';
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (printed.endsWith('\n\n') && printed.includes('Try:')) break;
  }
  const url = /http:\S+\/graphql/.exec(printed)?.[0] ?? '';
  const query =
    '{ customers(first: 1) { nodes { billing { account { name } } reseller { customerDomain } } } }';
  const { data, errors } = await request<object, object>(url, query);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ customers: { nodes: [{ reseller: {} }] } });
});

test('the gateway survives a promise that is rejected without a handler, and logs it', async () => {
  const reject = `const timer = setInterval(() => {
    if (process.listenerCount('unhandledRejection') === 0) return;
    clearInterval(timer);
    Promise.reject(new Error('planted'));
  }, 20);`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(reject)}`, 'src/main.cjs'],
    { env: { PORT: '0', LOG_LEVEL: 'error', DATABASE_URL: 'sqlite::memory:' } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  await expect.poll(() => errors, { timeout: 10_000 }).toContain('promise rejected without');
  expect(JSON.parse(errors)).toMatchObject({ level: 50, err: { message: 'planted' } });
  expect(child.exitCode).toBeNull();
});

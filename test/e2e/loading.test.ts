import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { request } from '../support/request.ts';
import { testDirectory } from './gateway-process.support.ts';

/** Appends every module that the process loads to the file LOADED: a pipe may be full, and then fails. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { appendFileSync } from 'node:fs';
  registerHooks({ load(url, context, next) {
    appendFileSync(process.env['LOADED'], url + '\\n');
    return next(url, context);
  } });
`)}`;

/** What only a setting needs. */
const optional = [
  ...[
    'graphql-yoga',
    'undici/index.js',
    'jose',
    'pg',
    'google-auth-library',
    '@google-cloud/pubsub',
  ],
  ...['@modelcontextprotocol', '@opentelemetry', '@graphql-yoga/render-graphiql'],
].map((name) => `/node_modules/${name}`);

test('a gateway on SQLite loads nothing that only others need, and Yoga last', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const file = join(testDirectory(), 'loaded');
  const loaded = () => readFileSync(file, 'utf8');
  // The sources, whose modules have names; the bundle has the same ones.
  const child = spawn(process.execPath, ['--import', REPORT, 'tools/dev.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{
        PATH: process.env['PATH'],
        LOADED: file,
        PORT: '0',
        LOG_LEVEL: 'warn',
        DATABASE_URL: 'sqlite::memory:',
      },
      ...{ BILLING_ENDPOINT: sandbox.billingAddress, BILLING_TLS: 'false' },
      ...{ RESELLER_ENDPOINT: sandbox.resellerUrl, BILLING_RESELLER_ID: sandbox.resellerId },
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  let url: string | undefined;
  for await (const chunk of child.stdout) {
    url = /http:\S+\/graphql/.exec(String(chunk))?.[0];
    if (url) break;
  }
  if (!url) throw new Error(`the gateway did not start: ${errors.slice(-2_000)}`);
  const query = '{ customers(first: 1) { nodes { id reseller { customerId } } } }';
  expect((await request(url, query)).errors).toBeUndefined();
  const lines = loaded().trim().split('\n');
  expect(lines.length).toBeGreaterThan(300);
  const early = lines.filter(
    (line) =>
      line.includes('/src/sandbox/') ||
      optional.some((name) => line.includes(`${name}/`) || line.endsWith(name)),
  );
  expect(early).toEqual([]);

  // The schema is loaded on its own, before the gateway begins to listen; Yoga follows a second later.
  await expect.poll(loaded, { timeout: 10_000 }).toContain('/node_modules/graphql-yoga/');
  expect(loaded().indexOf('/node_modules/graphql-yoga/')).toBeGreaterThan(
    loaded().indexOf('/src/schema/schema.ts'),
  );
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 40_000);

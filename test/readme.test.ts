import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { errorCodes } from '../src/domain/error.ts';
import { anchorsOf, codeBlocks, readPages } from './readme.support.ts';
import { CustomerDocument, SuspendSubscriptionDocument } from './support/gql/graphql.ts';
import { request } from './support/request.ts';
import { connectSocket, subscribe } from './support/websocket.ts';

const run = promisify(execFile);
const pages = await readPages();
const blocks = codeBlocks(pages.get('README.md') ?? '');
const [start = '', query = ''] = textsOf('sh');
const [response = '', customerVariables = '', linkVariables = ''] = textsOf('json');
const [activation = '', notifications = '', link = '', portfolio = ''] = textsOf('graphql');
const [, frames = ''] = textsOf('text');

function textsOf(language: string): string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

/** Runs what `npm start` runs, on a free port. Resolves when the gateway is ready. */
async function startGateway(): Promise<{ url: string; child: ChildProcess; printed: string }> {
  // The built-in sandbox is reached without the proxy, where nothing listens.
  const proxies = { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
  const env = { ...process.env, ...proxies, PORT: '0', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['src/main.cjs'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    const url = /http:\S+\/graphql/.exec(printed)?.[0];
    if (url && printed.includes('Try:') && printed.endsWith('\n\n')) return { url, child, printed };
  }
  throw new Error(`the gateway did not start: ${printed}`);
}

test('the tests below use every code block of the README', () => {
  expect(blocks.map(({ language }) => language)).toEqual([
    ...['text', 'sh', 'sh', 'json'],
    ...['graphql', 'json', 'text'],
    'graphql',
    ...['graphql', 'json'],
    'graphql',
  ]);
});

test('npm start runs the program that these tests start', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(start).toBe('npm ci\nnpm start\n');
  expect(scripts.start).toBe('node src/main.cjs');
});

test('the query of the quick start returns the printed response', { timeout: 30_000 }, async () => {
  const { url, child } = await startGateway();
  const command = query.replace('http://127.0.0.1:4000/graphql', url);
  const { stdout } = await run('bash', ['-c', command]);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(response));

  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test('the query that the gateway prints works as printed', { timeout: 30_000 }, async () => {
  const { printed } = await startGateway();
  const { stdout } = await run('bash', ['-c', printed.slice(printed.indexOf('curl'))]);
  const { data } = JSON.parse(stdout);
  expect(data.customers.nodes).toHaveLength(3);
});

test('the activation is followed with the printed frames', { timeout: 30_000 }, async () => {
  const { url } = await startGateway();
  const variables = JSON.parse(customerVariables);
  expect(variables.customer).toBe(JSON.parse(response).data.customers.nodes[0].id);
  const result = await request<{ activateCustomer: { operation: { id: string } } }, object>(
    url,
    activation,
    variables,
  );
  const id = result.data?.activateCustomer.operation.id ?? '';
  const expected = frames.trim().replace('OPERATION', id).split('\n');
  expect(await replay(url, expected)).toEqual(expected.filter((frame) => frame.startsWith('<-')));
});

test('a suspension is received as a notification', { timeout: 30_000 }, async () => {
  const { url } = await startGateway();
  const events = subscribe<{ notificationReceived: object }, { after: string }>(
    connectSocket(url),
    notifications,
    { after: '0' },
  );
  const by = { domain: 'flexible.example' };
  const { data } = await request(url, CustomerDocument, { by });
  const subscription = data?.customer?.subscriptions?.nodes[0]?.id ?? '';
  await request(url, SuspendSubscriptionDocument, { subscription });
  expect((await events.next()).value?.data?.notificationReceived).toMatchObject({
    type: 'SUBSCRIPTION_SUSPENDED',
    customerDomain: 'flexible.example',
    subscription: { status: 'SUSPENDED', suspensionReasons: ['RESELLER_INITIATED'] },
  });
});

test('the two customers of the variables are linked', { timeout: 30_000 }, async () => {
  const { url } = await startGateway();
  const variables = JSON.parse(linkVariables);
  const linked = await request<object, object>(url, link, variables);
  expect(linked.data).toMatchObject({
    linkCustomer: {
      customer: { billing: variables.billing, reseller: { customerDomain: variables.domain } },
    },
  });
});

test('the suspended subscriptions are found and counted', { timeout: 30_000 }, async () => {
  const { url } = await startGateway();
  interface Found {
    portfolio: { asOf: string | null; subscriptions: { totalCount: number; nodes: object[] } };
  }
  const found = async () => (await request<Found, object>(url, portfolio)).data?.portfolio;
  await expect
    .poll(async () => (await found())?.subscriptions, { interval: 100, timeout: 20_000 })
    .toMatchObject({
      totalCount: 1,
      nodes: [{ customerDomain: 'trial-ended.example', suspensionReasons: ['TRIAL_ENDED'] }],
    });
});

/** Sends the `->` frames, the second after the first response. Returns the `<-` frames. */
async function replay(url: string, expected: readonly string[]): Promise<string[]> {
  const [hello = '', subscription = ''] = expected.flatMap((frame) =>
    frame.startsWith('->') ? frame.slice(3) : [],
  );
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const received: string[] = [];
  socket.once('open', () => socket.send(hello));
  socket.once('message', () => socket.send(subscription));
  socket.on('message', (message) => {
    const frame = `<- ${String(message)}`;
    // A running operation that changes is sent again; the README shows it once.
    if (frame !== received.at(-1)) received.push(frame);
    if (frame === expected.at(-1)) socket.close();
  });
  await once(socket, 'close');
  return received;
}

/** The relative links of a page. */
function linksOf(page: string, markdown: string) {
  const targets = [...markdown.matchAll(/\]\((?!\w+:)([^)]+)\)/g)].map(([, target = '']) => target);
  return targets.map((target) => {
    const [path = '', anchor] = target.split('#');
    return { target, path: path === '' ? page : join(page, '..', path), anchor };
  });
}

test('there are pages with links', () => {
  const links = [...pages].flatMap(([page, markdown]) => linksOf(page, markdown));
  expect(pages.size).toBeGreaterThan(8);
  expect(links.length).toBeGreaterThan(50);
});

test.each([...pages])('every relative link of %s resolves', (page, markdown) => {
  const broken = linksOf(page, markdown).filter(({ path, anchor }) => {
    if (!existsSync(path)) return true;
    return anchor !== undefined && !anchorsOf(pages.get(path) ?? '').has(anchor);
  });
  expect(broken).toEqual([]);
});

test.each([...pages])('every npm script that %s names exists', async (_, markdown) => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  const named = [...markdown.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each([...pages])('every GraphQL document of %s is valid', async (_, markdown) => {
  const schema = buildSchema(await readFile('schema/schema.graphql', 'utf8'));
  const documents = codeBlocks(markdown).filter(({ language }) => language === 'graphql');
  expect(documents.flatMap(({ text }) => validate(schema, parse(text)))).toEqual([]);
});

test('every folder of src is in the table of docs/architecture.md', async () => {
  const entries = await readdir('src', { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const page = pages.get('docs/architecture.md') ?? '';
  expect(folders.filter((name) => !page.includes(`\n| \`src/${name}\` |`))).toEqual([]);
});

test('CONTRIBUTING.md lists every npm script', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  const page = pages.get('CONTRIBUTING.md') ?? '';
  const main = Object.keys(scripts).filter((name) => !name.includes(':'));
  const missing = main.filter((name) => !new RegExp(`\\bnpm (run )?${name}\\b`).test(page));
  expect(missing).toEqual([]);
});

test('docs/reference.md lists every error code', () => {
  const page = pages.get('docs/reference.md') ?? '';
  const errors = page.slice(page.indexOf('\n## Errors'), page.indexOf('\n## Authentication'));
  const rows = errors.split('\n').filter((line) => line.startsWith('| `'));
  const missing = errorCodes.filter((code) => !rows.some((row) => row.includes(`\`${code}\``)));
  expect(missing).toEqual([]);
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  CustomerDocument,
  CustomersDocument,
  SuspendSubscriptionDocument,
} from './support/gql/graphql.ts';
import { request } from './support/request.ts';
import { connectSocket, subscribe } from './support/websocket.ts';

const run = promisify(execFile);
const readme = await readFile('README.md', 'utf8');

/** The fenced blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text);
}

/** What `npm start` runs, on a free port. Resolves when it says that it is ready. */
async function start(): Promise<{ url: string; child: ChildProcess; said: string; ms: number }> {
  const startedAt = performance.now();
  const env = { ...process.env, PORT: '0', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['src/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /http:\S+\/graphql/.exec(said)?.[0];
    if (url && said.includes('Try:') && said.endsWith('\n\n')) {
      return { url, child, said, ms: performance.now() - startedAt };
    }
  }
  throw new Error(`the gateway did not start: ${said}`);
}

test('the first query of the README gives the answer of the README', {
  timeout: 30_000,
}, async () => {
  const { url, child } = await start();
  const [, curl = ''] = blocks('sh');
  const { stdout } = await run('bash', ['-c', curl.replace('http://127.0.0.1:4000/graphql', url)]);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(blocks('json')[0] ?? ''));

  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});

test('the first query that the gateway prints works as printed', { timeout: 30_000 }, async () => {
  const { said } = await start();
  const { stdout } = await run('bash', ['-c', said.slice(said.indexOf('curl'))]);
  const { data } = JSON.parse(stdout);
  expect(data.customers.nodes).toHaveLength(3);
});

test('the mutation and the frames of the README are what happens', {
  timeout: 30_000,
}, async () => {
  const { url } = await start();
  const { data } = await request<{ customers: { nodes: { id: string }[] } }, object>(
    url,
    '{ customers(first: 1) { nodes { id } } }',
  );
  const customer = data?.customers.nodes[0]?.id;
  const [mutation = ''] = blocks('graphql');
  const result = await request<{ activateCustomer: { operation: { id: string } } }, object>(
    url,
    mutation,
    { customer },
  );
  const id = result.data?.activateCustomer.operation.id ?? '';
  const frames = blocks('text')[0]?.trim().replace('OPERATION', id).split('\n') ?? [];
  expect(await replay(url, frames)).toEqual(frames.filter((frame) => frame.startsWith('<-')));
});

test('what the README says of notifications and links is what happens', {
  timeout: 30_000,
}, async () => {
  const { url } = await start();
  const [, notifications = '', link = ''] = blocks('graphql');
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

  const { data: all } = await request(url, CustomersDocument, { first: 100 });
  const { customerId } = all?.customers?.nodes.find((one) => !one.reseller)?.billing ?? {};
  const linked = await request<object, object>(url, link, {
    billing: { customerId },
    domain: by.domain,
  });
  expect(linked.data).toMatchObject({
    linkCustomer: {
      customer: { billing: { customerId }, reseller: { customerDomain: by.domain } },
    },
  });
});

/** Sends the `->` frames, the second one after the first answer; gives the `<-` frames. */
async function replay(url: string, frames: readonly string[]): Promise<string[]> {
  const [hello = '', subscribe = ''] = frames.flatMap((f) =>
    f.startsWith('->') ? f.slice(3) : [],
  );
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const received: string[] = [];
  socket.once('open', () => socket.send(hello));
  socket.once('message', () => socket.send(subscribe));
  socket.on('message', (message) => {
    const frame = `<- ${String(message)}`;
    // An operation that moves while it is running is sent again; the README shows it once.
    if (frame !== received.at(-1)) received.push(frame);
    if (frame === frames.at(-1)) socket.close();
  });
  await once(socket, 'close');
  return received;
}

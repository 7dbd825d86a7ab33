import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startSandbox } from '../src/sandbox/sandbox.ts';

// What the most expensive documents that the default limits allow do to the gateway:
// node bench/limits.ts

const sandbox = await startSandbox({ seed: { customers: 1000 } });
const child = fork(new URL('limits-gateway.ts', import.meta.url), {
  env: {
    ...process.env,
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
  },
});
const [{ url }] = (await once(child, 'message')) as [{ url: string }];

interface Stats {
  readonly delayMs: number;
  readonly rss: number;
  readonly peak: number;
}

async function stats(): Promise<Stats> {
  const answer = once(child, 'message');
  child.send('stats');
  return ((await answer) as [Stats])[0];
}

function list(length: number, item: (n: number) => string): string {
  return Array.from({ length }, (_, n) => item(n)).join(' ');
}

/** 1,000 rows of as many leaf fields as the cost allows. */
const rows = `{ customers(first: 1000) { nodes { ${list(45, (n) => `a${n}: id`)}
  billing { ${list(45, (n) => `b${n}: customerId`)} ${list(45, (n) => `c${n}: resellerId`)}
  ${list(45, (n) => `d${n}: __typename`)} } } } }`;
/** Objects only: halves of customers, without backend calls for each. */
const objects = `{ customers(first: 1000) { nodes { ${list(49, (n) => `a${n}: billing { customerId resellerId }`)} } } }`;
const introspection = `{ ${list(
  40,
  (n) => `a${n}: __type(name: "Mutation") { fields { name description args { name type { name } }
    type { name kind possibleTypes { name description kind } } } }`,
)} }`;
const errors = `{ customers(first: 1000) { nodes { ${list(40, (n) => `a${n}: reseller { customerDomain }`)} } } }`;

let unique = 0;
/** Each is validated anew. */
function validated(): string {
  unique++;
  return `query Q${unique} { ${'viewer { subject } '.repeat(140)} }`;
}

async function ask(query: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query });
  try {
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    return `${response.status} ${text.length} ${text.slice(0, 90)}`;
  } catch (error) {
    return String(error);
  }
}

const head = ['POST /graphql HTTP/1.1', 'host: 127.0.0.1', 'content-type: application/json'];

function askUnread(query: string): Socket {
  const { port } = new URL(url);
  const body = JSON.stringify({ query });
  const socket = connect(Number(port), '127.0.0.1').pause();
  socket.on('error', () => {});
  socket.write(`${head.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  return socket;
}

async function attack(name: string, work: () => Promise<unknown>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = await stats();
  const startedAt = performance.now();
  const result = await work();
  const { delayMs, peak, rss } = await stats();
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  console.log(
    `${name.padEnd(44)} loop ${delayMs.toFixed(0).padStart(5)} ms  memory +${mb(peak - before.rss)} then ${mb(rss)}  ${Math.round(performance.now() - startedAt)} ms  ${result}`,
  );
}

async function parallel(count: number, query: () => string): Promise<string> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(query())));
  return answers[0] ?? '';
}

await ask(rows);
const AT_ONCE = Number(process.env['AT_ONCE'] ?? 40);
await attack('an idle second', () => new Promise((resolve) => setTimeout(resolve, 1000)));
for (const [name, query] of Object.entries({ rows, objects, introspection })) {
  await attack(`${name}, once`, () => ask(query));
  await attack(`${name}, ${AT_ONCE} at once`, () => parallel(AT_ONCE, () => query));
}
await attack('validation, 100 at once', () => parallel(100, validated));
await attack('answers of 7 MB that 40 clients never read', async () => {
  const sockets = Array.from({ length: 40 }, () => askUnread(rows));
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  for (const socket of sockets) socket.destroy();
});
/** Opens connections that never finish their requests, and says how many are closed in 20 s. */
async function unfinished(count: number, start: (socket: Socket) => void): Promise<string> {
  const { port } = new URL(url);
  let closed = 0;
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.once('close', () => closed++);
    start(socket);
    return socket.resume();
  });
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  for (const socket of sockets) socket.destroy();
  return `${closed} of ${count} closed`;
}

await attack('2,000 connections that send a header a second', () =>
  unfinished(2_000, (socket) => {
    socket.write(`${head.join('\r\n')}\r\n`);
    const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 1_000);
    socket.once('close', () => clearInterval(timer));
  }),
);
await attack('1,000 bodies of 100 kB that never end', () =>
  unfinished(1_000, (socket) => {
    socket.write(`${head.join('\r\n')}\r\ncontent-length: 100000\r\n\r\n${' '.repeat(99_000)}`);
  }),
);
sandbox.faults.add({ backend: 'reseller', effect: { type: 'close' } });
await attack('1,000 fields that fail, once', () =>
  ask(errors.replace(/ a[1-9]\d?: reseller . customerDomain ./g, '')),
);
await attack('40,000 fields that fail, once', () => ask(errors));
await attack('40,000 fields that fail, 10 at once', () => parallel(10, () => errors));

child.kill();
await sandbox.close();

import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { memoryUsage } from '../support/memory.ts';
import { limits, startServer, type Ticks } from './harness.support.ts';
import { json, send } from './send.support.ts';
import { openSocket } from './sockets.support.ts';

const count = 5000;
const size = 10_000;
const query = `subscription { ticks(count: ${count}, size: ${size}) }`;
/** What the kernel, and Node on both ends, may hold between server and reader. */
const IN_TRANSIT = 15_000_000;

function memory(): number {
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}

/** The source is not read any more: the reader holds it up. */
async function heldUp(ticks: Ticks): Promise<void> {
  let last = { made: -1, at: 0 };
  await expect
    .poll(
      () => {
        if (ticks.made !== last.made) last = { made: ticks.made, at: performance.now() };
        return performance.now() - last.at;
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(300);
}

function expectBounded(ticks: Ticks, before: number): void {
  expect(ticks.made).toBeGreaterThan(0);
  expect(ticks.made * size).toBeLessThan(IN_TRANSIT);
  expect(memory() - before).toBeLessThan(IN_TRANSIT);
}

describe(`${count} events for a subscriber that does not read`, () => {
  test('wait at their source over WebSocket, and are all there when it reads on', async () => {
    const { url, ticks } = await startServer();
    const opened = vi.spyOn(WebSocket.prototype, 'on');
    onTestFinished(() => opened.mockRestore());
    const socket = await openSocket(url);
    const before = memory();
    socket.subscribe('t', query);
    socket.ws.pause();
    await heldUp(ticks);
    expectBounded(ticks, before);
    const serverSide = opened.mock.contexts.find((ws) => ws !== socket.ws) as WebSocket;
    expect(serverSide.bufferedAmount).toBeLessThan(2 * size);
    socket.ws.resume();
    await expect.poll(() => socket.types('t').at(-1), { timeout: 10_000 }).toBe('complete');
    expect(socket.types('t')).toHaveLength(count + 1);
    expect(ticks).toEqual({ made: count, readers: 0 });
  });

  test('wait at their source over WebSocket when they are small', async () => {
    const { url, ticks } = await startServer();
    const opened = vi.spyOn(WebSocket.prototype, 'on');
    onTestFinished(() => opened.mockRestore());
    const socket = await openSocket(url);
    const small = 3_000;
    socket.subscribe('t', `subscription { ticks(count: 100000, size: ${small}) }`);
    socket.ws.pause();
    await heldUp(ticks);
    const serverSide = opened.mock.contexts.find((ws) => ws !== socket.ws) as WebSocket;
    expect(serverSide.bufferedAmount).toBeLessThan(3 * small);
    const { made } = ticks;
    expect(made * small).toBeLessThan(IN_TRANSIT);
    socket.ws.resume();
    await expect.poll(() => ticks.made).toBeGreaterThan(made);
  });

  test('let go of their source over WebSocket when it is gone', async () => {
    const { url, ticks } = await startServer();
    const socket = await openSocket(url);
    socket.subscribe('t', query);
    socket.ws.pause();
    await heldUp(ticks);
    socket.ws.terminate();
    await expect.poll(() => ticks.readers).toBe(0);
  });

  test('wait at their source over SSE, and are all there when it reads on', async () => {
    const { url, ticks } = await startServer();
    const before = memory();
    const { socket, events } = subscribeUnread(url);
    await heldUp(ticks);
    expectBounded(ticks, before);
    const all = events();
    socket.resume();
    expect(await all).toBe(count);
    expect(ticks).toEqual({ made: count, readers: 0 });
  });

  test('let go of their source over SSE when it is gone', async () => {
    const { url, ticks } = await startServer();
    const { socket } = subscribeUnread(url);
    await heldUp(ticks);
    socket.resetAndDestroy();
    await expect.poll(() => ticks.readers).toBe(0);
  });
});

test('a client that asks on and does not read is cut off before it fills the memory', async () => {
  const { url } = await startServer({ limits: { ...limits, bodyBytes: 1_000_000 } });
  const socket = await openSocket(url);
  socket.ws.pause();
  const payload = { ping: 'x'.repeat(900_000) };
  for (let n = 0; n < 100; n++) socket.send({ type: 'ping', payload });
  await expect.poll(() => socket.ws.bufferedAmount, { timeout: 10_000 }).toBe(0);
  socket.ws.resume();
  expect(await socket.closed).toBe(1006);
});

/** A subscription over SSE whose connection is open and never read. */
function subscribeUnread(url: string) {
  const { host, port } = new URL(url);
  const body = json({ query });
  const socket = connect(Number(port), '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  const head = [
    'POST /graphql HTTP/1.1',
    `host: ${host}`,
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  /** How many events come until the stream ends. */
  async function events(): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunk.includes('event: complete')) break;
    }
    return (
      Buffer.concat(chunks)
        .toString()
        .match(/^data: \{/gm)?.length ?? 0
    );
  }
  return { socket, events };
}

test('one that asks for much many times, and does not read, is cut off', async () => {
  const { url, ticks } = await startServer();
  const socket = await openSocket(url);
  socket.ws.pause();
  for (let n = 0; n < 200; n++) {
    socket.subscribe(`t${n}`, 'subscription { ticks(count: 1000, size: 1000000) }');
  }
  await expect.poll(() => ticks.made).toBeGreaterThan(10);
  await expect.poll(() => ticks.readers, { timeout: 10_000 }).toBe(0);
  expect(ticks.made * 1_000_000).toBeLessThan(250_000_000);
});

describe('an answer that is too long to be sent', () => {
  const long = 'subscription { ticks(count: 1, size: 33000000) }';
  const refusal = {
    message: expect.stringContaining('too large'),
    extensions: { code: 'BAD_USER_INPUT' },
  };

  test('is told so over WebSocket', async () => {
    const { url } = await startServer();
    const socket = await openSocket(url);
    socket.subscribe('t', long);
    await expect.poll(() => socket.types('t'), { timeout: 10_000 }).toEqual(['next', 'complete']);
    expect(socket.messages[1]).toMatchObject({ payload: { errors: [refusal] } });
  });

  test('is told so over SSE', async () => {
    const { url } = await startServer();
    const { text } = await send(url, {
      headers: { accept: 'text/event-stream' },
      body: json({ query: long }),
    });
    const [, data = ''] = /^data: (\{.*)$/m.exec(text) ?? [];
    expect(JSON.parse(data)).toMatchObject({ errors: [refusal] });
  });
});

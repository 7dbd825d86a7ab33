import { parseMessage, stringifyMessage } from 'graphql-ws';
import { describe, expect, test, vi } from 'vitest';
import { type Right, rolesOf } from '../../src/domain/viewer.ts';
import type { Logger } from '../../src/log.ts';
import { startBroadcast } from './broadcast.support.ts';
import { codedErrors, json } from './send.support.ts';
import { openSocket, type RawSocket } from './sockets.support.ts';

type Broadcast = Awaited<ReturnType<typeof startBroadcast>>;

const query = 'subscription ($times: Int) { news { text(times: $times) } }';
const slowQuery = 'subscription { news { slow } }';

/** Every message of a socket, as it came. */
function rawMessages({ ws }: RawSocket): string[] {
  const messages: string[] = [];
  ws.on('message', (data) => messages.push(String(data)));
  return messages;
}

/** The server reads the source on behalf of this many. */
async function expectReaders({ readers }: Broadcast, count: number): Promise<void> {
  await expect.poll(() => readers.size, { interval: 2 }).toBe(count);
}

async function subscribed(server: Broadcast, count: number, document = query) {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(server.url)));
  for (const socket of sockets) socket.subscribe('s', document);
  await expectReaders(server, count);
  return sockets;
}

function texts(socket: RawSocket): unknown[] {
  return socket.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload);
}

describe('an event', () => {
  test('is executed once for all sockets that ask the same of it', async () => {
    const server = await startBroadcast();
    const sockets = await subscribed(server, 50);
    const stringified = vi.spyOn(JSON, 'stringify');
    server.publish({ text: 'flood' });
    for (const socket of sockets) {
      await expect.poll(() => texts(socket)).toEqual([{ data: { news: { text: 'flood' } } }]);
    }
    const payloads = stringified.mock.calls.filter(([value]) => Object.hasOwn(value, 'data'));
    stringified.mockRestore();
    expect(payloads).toHaveLength(1);
    expect(server.resolved).toEqual(['flood']);
    server.publish({ text: 'drought' });
    await expect.poll(() => sockets.every((socket) => texts(socket).length === 2)).toBe(true);
    expect(server.resolved).toEqual(['flood', 'drought']);
  });

  test('is executed once for sockets and streams together', async () => {
    const server = await startBroadcast();
    await subscribed(server, 2);
    const stream = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: json({ query }),
    });
    await expectReaders(server, 3);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    server.publish({ text: 'flood' });
    let received = '';
    while (!received.includes('flood')) received += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(received).toContain('data: {"data":{"news":{"text":"flood"}}}');
    expect(server.resolved).toEqual(['flood']);
  });

  test('is executed for each selection, name and set of variables', async () => {
    const server = await startBroadcast();
    const socket = await openSocket(server.url);
    const two = `subscription A { news { text } } subscription B { news { again: text } }`;
    socket.subscribe('1', query, { times: 1 });
    socket.subscribe('2', query, { times: 2 });
    socket.subscribe('3', 'subscription { news { other: text } }');
    for (const operationName of ['A', 'B']) {
      const payload = { query: two, operationName };
      socket.send({ type: 'subscribe', id: operationName, payload });
    }
    await expectReaders(server, 5);
    server.publish({ text: 'flood' });
    await expect.poll(() => texts(socket)).toHaveLength(5);
    const results = socket.messages.slice(1).map(({ id, payload }) => [id, json(payload)]);
    expect(Object.fromEntries(results)).toEqual({
      1: '{"data":{"news":{"text":"flood"}}}',
      2: '{"data":{"news":{"text":"floodflood"}}}',
      3: '{"data":{"news":{"other":"flood"}}}',
      A: '{"data":{"news":{"text":"flood"}}}',
      B: '{"data":{"news":{"again":"flood"}}}',
    });
  });

  test('is executed once whatever the order of the variables, and wherever they are nested', async () => {
    const server = await startBroadcast();
    const socket = await openSocket(server.url);
    const document =
      'subscription ($times: Int, $note: String) { news { text(times: $times, note: $note) } }';
    socket.subscribe('1', document, {
      times: 1,
      note: 'n',
      more: { a: [1, { b: 2, c: 3 }], d: 4 },
    });
    socket.subscribe('2', document, {
      more: { d: 4, a: [1, { c: 3, b: 2 }] },
      note: 'n',
      times: 1,
    });
    await expectReaders(server, 2);
    server.publish({ text: 'flood' });
    await expect.poll(() => texts(socket)).toHaveLength(2);
    expect(server.resolved).toEqual(['flood']);
  });

  test('is executed though its variables are nested too deep to be compared', async () => {
    const server = await startBroadcast();
    const socket = await openSocket(server.url);
    const more = `${'['.repeat(40_000)}${']'.repeat(40_000)}`;
    socket.ws.send(
      `{"type":"subscribe","id":"s","payload":{"query":${json(query)},"variables":{"more":${more}}}}`,
    );
    await expectReaders(server, 1);
    server.publish({ text: 'flood' });
    await expect.poll(() => texts(socket)).toEqual([{ data: { news: { text: 'flood' } } }]);
  });

  test('is executed for each viewer, and for each set of rights', async () => {
    const server = await startBroadcast({
      authenticate: async ({ authorization }) => {
        const [subject = '', ...rights] = authorization?.split(' ') ?? [];
        return {
          ...{ subject, rights: new Set(rights as Right[]) },
          ...{ roles: null, resellers: null, expiresAt: null },
        };
      },
    });
    const viewers = ['ann READ', 'ann READ WRITE', 'ann WRITE READ', 'bob READ', 'bob READ'];
    for (const authorization of viewers) {
      (await openSocket(server.url, { authorization })).subscribe('s', query);
    }
    await expectReaders(server, viewers.length);
    server.publish({ text: 'flood' });
    await expect.poll(() => server.resolved).toEqual(['flood', 'flood', 'flood']);
  });

  test('is executed for each set of roles, and for each set of resellers', async () => {
    const server = await startBroadcast({
      authenticate: async ({ authorization }) => {
        const [role, ...resellers] = authorization?.split(' ') ?? [];
        const rights = new Set(['READ'] as const);
        const roles = rolesOf([role ?? '']);
        return { subject: 'ann', rights, roles, resellers: new Set(resellers), expiresAt: null };
      },
    });
    const viewers = ['admin', 'viewer', 'viewer R1', 'viewer R1 R2', 'viewer R2 R1'];
    for (const authorization of viewers) {
      (await openSocket(server.url, { authorization })).subscribe('s', query);
    }
    await expectReaders(server, viewers.length);
    server.publish({ text: 'flood' });
    await expect.poll(() => server.resolved).toHaveLength(4);
  });

  test('is executed again for a subscription that reaches it later', async () => {
    const server = await startBroadcast();
    const document = 'subscription { news(after: 0) { text } }';
    const come = async () => {
      const socket = await openSocket(server.url);
      socket.subscribe('s', document);
      await expect.poll(() => texts(socket), { interval: 2 }).toHaveLength(1);
      return server.resolved.length;
    };
    server.publish({ text: 'flood' });
    expect(await come()).toBe(1);
    expect(await come()).toBe(1);
    await expect.poll(come).toBe(2);
  });
});

describe('a shared execution', () => {
  test('goes on when a subscriber leaves, also the one it was begun for', async () => {
    const server = await startBroadcast();
    const [first, second, third] = (await subscribed(server, 3, slowQuery)) as [
      RawSocket,
      RawSocket,
      RawSocket,
    ];
    server.publish({ text: 'flood' });
    await expect.poll(() => server.resolved).toEqual(['slow flood']);
    first.ws.terminate();
    second.send({ type: 'complete', id: 's' });
    await expect.poll(() => server.readers.size).toBe(1);
    // The id is free again at once, and what is left of the first subscription does not touch it.
    second.subscribe('s', query);
    await expectReaders(server, 2);
    expect(server.signals.map(({ aborted }) => aborted)).toEqual([false]);
    server.slow.resolve('done');
    await expect.poll(() => texts(third)).toEqual([{ data: { news: { slow: 'done' } } }]);
    server.publish({ text: 'drought' });
    await expect.poll(() => texts(second)).toEqual([{ data: { news: { text: 'drought' } } }]);
    expect(second.types('s')).toEqual(['next']);
    expect(server.signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('is given up when the last subscriber has left, and nobody joins it then', async () => {
    const server = await startBroadcast();
    const sockets = await subscribed(server, 2, slowQuery);
    const news = { text: 'flood' };
    server.publish(news);
    await expect.poll(() => server.resolved).toEqual(['slow flood']);
    for (const { ws } of sockets) ws.close();
    await expect.poll(() => server.signals[0]?.aborted).toBe(true);
    const [last] = await subscribed(server, 1, slowQuery);
    server.publish(news);
    await expect.poll(() => server.signals).toHaveLength(2);
    server.slow.resolve('done');
    await expect.poll(() => texts(last as RawSocket)).toHaveLength(1);
  });

  test('is given up when the reader of a stream has left', async () => {
    const server = await startBroadcast();
    const leaving = new AbortController();
    await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: json({ query: slowQuery }),
      signal: leaving.signal,
    });
    await expectReaders(server, 1);
    server.publish({ text: 'flood' });
    await expect.poll(() => server.signals).toHaveLength(1);
    expect(server.signals[0]?.aborted).toBe(false);
    leaving.abort();
    await expect.poll(() => server.signals[0]?.aborted).toBe(true);
  });

  test('that fails is logged once, under the request id that everyone is shown', async () => {
    const warn = vi.fn();
    const log = { debug() {}, info() {}, warn, error() {}, child: () => log } as unknown as Logger;
    const server = await startBroadcast({ log });
    const sockets = await subscribed(server, 3, 'subscription { news { failing } }');
    server.publish({ text: 'flood' });
    await expect.poll(() => sockets.every((socket) => texts(socket).length === 1)).toBe(true);
    const [errors, ...others] = sockets.map((socket) => codedErrors(json(texts(socket)[0])));
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', service: 'billing' } }]);
    for (const other of others) expect(other).toEqual(errors);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0].requestId).toBe(errors?.[0]?.extensions['requestId']);
  });

  test('has a deadline of its own', async () => {
    const server = await startBroadcast({ deadlineMs: 100 });
    await subscribed(server, 2, slowQuery);
    server.publish({ text: 'flood' });
    await expect.poll(() => server.signals).toHaveLength(1);
    expect(server.signals[0]?.aborted).toBe(false);
    await expect.poll(() => server.signals[0]?.aborted).toBe(true);
    expect(server.signals[0]?.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

test.each([
  'plain',
  'qu"ote \\',
  'ünï\u2028 ☃ 𝒳',
  '\ud800',
  '1',
])('messages are byte for byte what graphql-ws sends: id %j', async (id) => {
  const server = await startBroadcast();
  const socket = await openSocket(server.url);
  const messages = rawMessages(socket);
  const selection = '\n{ news { text wrong failing } }';
  socket.subscribe(id, `query${selection}`);
  await expect.poll(() => messages).toHaveLength(2);
  socket.subscribe(id, `subscription${selection}`);
  await expectReaders(server, 1);
  server.publish({ text: 'flood "of" é\u2028' });
  await expect.poll(() => messages).toHaveLength(3);
  const [query = '', , event = ''] = messages.map((message) =>
    message.replace(/"requestId":"[-\w]{36}"/g, '"requestId"'),
  );
  expect(query).toContain('"errors":[{"message":"You are wrong."');
  expect(event).toBe(query);
  const sent = messages.at(-1) ?? '';
  expect(sent).toBe(stringifyMessage(parseMessage(sent)));
});

test('a socket that does not read holds up nobody else', async () => {
  const server = await startBroadcast();
  const [slow, quick] = (await subscribed(server, 2)) as [RawSocket, RawSocket];
  slow.ws.pause();
  const text = 'x'.repeat(1_000_000);
  for (let n = 1; n <= 30; n++) {
    server.publish({ text });
    await expect.poll(() => texts(quick), { interval: 2 }).toHaveLength(n);
  }
  expect(texts(slow).length).toBeLessThan(30);
  slow.ws.resume();
  await expect.poll(() => texts(slow), { timeout: 10_000 }).toHaveLength(30);
});

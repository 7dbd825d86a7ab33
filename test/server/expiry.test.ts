import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { onExpiry } from '../../src/server/auth/authenticate.ts';
import { startServer } from './harness.support.ts';
import { json } from './send.support.ts';
import { openSocket } from './sockets.support.ts';

const DAY = 86_400_000;

function viewer(expiresAt: Date | null) {
  return {
    subject: 'ann',
    rights: new Set(['READ'] as const),
    roles: null,
    resellers: null,
    expiresAt,
  };
}

describe('a connection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('ends when its token expires, without a tolerance', () => {
    const end = vi.fn();
    onExpiry(viewer(new Date(Date.now() + 60_000)), end);
    vi.advanceTimersByTime(59_000);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(end).toHaveBeenCalledOnce();
  });

  test('ends although the token is valid for longer than a timer can run', () => {
    const end = vi.fn();
    onExpiry(viewer(new Date(Date.now() + 60 * DAY)), end);
    vi.advanceTimersByTime(59 * DAY);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(DAY);
    expect(end).toHaveBeenCalledOnce();
  });

  test('with a token that has just expired ends within a second', () => {
    const end = vi.fn();
    onExpiry(viewer(new Date(Date.now() - 20_000)), end);
    vi.advanceTimersByTime(1_000);
    expect(end).toHaveBeenCalledOnce();
  });

  test('that is gone, or whose credentials do not expire, leaves no timer', () => {
    onExpiry(viewer(new Date(Date.now() + 60_000)), () => {})();
    onExpiry(viewer(null), () => {});
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('within 5 seconds after its token has expired, a client that does not read loses', () => {
  const query = 'subscription { ticks(count: 1000000, size: 10000) }';
  const start = () => startServer({ authenticate: async () => viewer(new Date(Date.now() + 500)) });
  const within = { timeout: 5_000, interval: 20 };

  test('its WebSocket', async () => {
    const { url, ticks } = await start();
    const socket = await openSocket(url);
    socket.subscribe('t', query);
    await expect.poll(() => ticks.readers).toBe(1);
    socket.ws.pause();
    await expect.poll(() => ticks.readers, within).toBe(0);
  });

  test('its stream of server-sent events', async () => {
    const { url, ticks } = await start();
    const { host, port } = new URL(url);
    const body = json({ query });
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const headers = [
      ...['POST /graphql HTTP/1.1', `host: ${host}`, 'accept: text/event-stream'],
      ...['content-type: application/json', `content-length: ${body.length}`],
    ];
    socket.on('error', () => {}).pause();
    socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
    await expect.poll(() => ticks.readers).toBe(1);
    await expect.poll(() => ticks.readers, within).toBe(0);
  });
});

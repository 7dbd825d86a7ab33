import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PortfolioSubscription } from '../../src/domain/portfolio.ts';
import { loggerOptions } from '../../src/log.ts';
import { schema } from '../../src/schema/schema.ts';
import { Stall } from '../../src/server/export/stall.ts';
import type { Services } from '../../src/services/services.ts';
import { startServer } from './harness.support.ts';

const now = new Date();
const row: PortfolioSubscription = {
  ...{ customerId: 'C1', skuId: 'K1', subscriptionId: 'S1', customerDomain: 'a.example' },
  ...{ organizationName: 'n'.repeat(1_000), skuName: null, productId: null, status: 'ACTIVE' },
  ...{ planName: null, renewalType: null, suspensionReasons: [], renewsAt: null },
  ...{ trialEndsAt: null, createdAt: now, seats: 1, licensedSeats: 1, freeSeats: 0 },
  ...{ linked: false, accountActive: null, accountName: null, countryCode: null },
  ...{ gone: false, observedAt: now },
};

/** A portfolio with `pages` pages of half a megabyte. */
function portfolioOf(pages: number) {
  const reads = { count: 0, inFlight: 0 };
  async function subscriptions({ limit }: { limit: number }) {
    reads.inFlight++;
    await new Promise((resolve) => setImmediate(resolve));
    reads.inFlight--;
    const length = ++reads.count < pages ? limit : 1;
    return Array.from({ length }, (_, n) => ({ row, place: { value: 'v', id: `${n}` } }));
  }
  return { reads, services: { portfolio: { subscriptions } } as unknown as Services };
}

/** Starts an export that is never read. */
async function startUnread(url: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause();
  await once(socket, 'connect');
  socket.write('GET /export/subscriptions.ndjson HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  return socket;
}

async function startExports(pages: number[], exportStallMs: number) {
  const lines: string[] = [];
  const portfolios = pages.map(portfolioOf);
  let next = 0;
  const { url } = await startServer({
    schema,
    exportStallMs,
    createServices: () => portfolios[next++ % portfolios.length]?.services ?? ({} as Services),
    log: pino(loggerOptions('info'), { write: (line) => void lines.push(line) }),
  });
  return { url, lines, reads: portfolios.map(({ reads }) => reads) };
}

const ENDED = 'export ended: the client did not read it in time';
const ENDLESS = Number.POSITIVE_INFINITY;

test('an export that its client does not read stops reading and is ended with a log line', async () => {
  const { url, lines, reads } = await startExports([ENDLESS, 3], 2_500);
  const [stalled] = reads;
  await startUnread(url);
  await expect.poll(() => stalled?.count, { interval: 5 }).toBeGreaterThan(1);

  // Another client exports while the first one holds its connection.
  const response = await fetch(new URL('/export/subscriptions.ndjson', url));
  expect((await response.text()).split('\n').filter(Boolean)).toHaveLength(2 * 500 + 1);
  expect(lines.join('')).not.toContain(ENDED);

  await expect.poll(() => lines.join(''), { timeout: 10_000 }).toContain(ENDED);
  const [ended = ''] = lines.filter((line) => line.includes(ENDED));
  expect(JSON.parse(ended)).toMatchObject({
    ...{ level: 40, stallMs: 2_500, requestId: expect.any(String) },
  });
  // What the buffers of both sockets hold, and no more: each page has half a megabyte.
  expect(stalled?.count).toBeLessThan(60);
  expect(stalled?.inFlight).toBe(0);
  const count = stalled?.count;
  await expect.poll(() => lines.join('')).toContain('"outcome":"CLIENT_GONE"');
  expect(stalled?.count).toBe(count);
});

test('exports that are not read free the places of their viewer', async () => {
  const { url, lines } = await startExports([ENDLESS, ENDLESS, ENDLESS, ENDLESS, 1], 300);
  await Promise.all([1, 2, 3, 4].map(() => startUnread(url)));
  const ended = () => lines.filter((line) => line.includes(ENDED)).length;
  await expect.poll(ended, { timeout: 10_000 }).toBe(4);
  const response = await fetch(new URL('/export/subscriptions.ndjson', url));
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('"C1"');
});

test('a client may take the time for each page, and not the time that a page takes to be read', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let isSlow = false;
  async function* endless(): AsyncGenerator<string, void> {
    for (;;) {
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 5_000));
      yield 'page';
    }
  }
  const onStall = vi.fn();
  const stall = new Stall(1_000, onStall);
  const pages = stall.watch(endless());
  for (let n = 0; n < 20; n++) {
    await pages.next();
    await vi.advanceTimersByTimeAsync(900);
  }
  isSlow = true;
  const slow = pages.next();
  await vi.advanceTimersByTimeAsync(5_000);
  await slow;
  expect(onStall).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(onStall).toHaveBeenCalledOnce();
});

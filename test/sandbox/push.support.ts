import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, vi } from 'vitest';
import { listen } from '../../src/sandbox/backend.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import type { SubscriptionEvent } from '../../src/sandbox/reseller/events.ts';
import { PushDelivery } from '../../src/sandbox/reseller/push.ts';
import {
  defaultDelivery,
  type NotificationDelivery,
} from '../../src/sandbox/reseller/push-settings.ts';

/** One received push. */
export interface Push {
  readonly verb: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every shape
  readonly envelope: any;
  readonly event: SubscriptionEvent;
  readonly messageId: string;
  /** Time of arrival from performance.now. */
  readonly at: number;
  /** Whether the client aborted the push. */
  aborted: boolean;
}

/** A response status; `close` closes the connection, `hang` sends no response. */
type Reply = number | 'close' | 'hang';

/** An HTTP server for pushes that is closed when the test ends. It returns 204 by default. */
export async function pushEndpoint(replyTo: (push: Push, index: number) => Reply = () => 204) {
  const pushes: Push[] = [];
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const envelope: any = await json(request);
    const push: Push = {
      ...{ verb: request.method, path: request.url, headers: request.headers, envelope },
      event: JSON.parse(Buffer.from(envelope.message.data, 'base64').toString()),
      messageId: envelope.message.messageId,
      ...{ at: performance.now(), aborted: false },
    };
    response.once('close', () => {
      push.aborted = !response.writableFinished;
    });
    pushes.push(push);
    const reply = replyTo(push, pushes.length - 1);
    if (reply === 'hang') return;
    if (reply === 'close') request.socket.destroy();
    else response.writeHead(reply, { location: '/elsewhere' }).end();
  }
  const server = createServer((request, response) => {
    // The client may abort a push while it sends the body.
    handle(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, '127.0.0.1', 0);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${port}/push`,
    pushes,
    ids: () => pushes.map((p) => p.messageId),
  };
}

/** Polls a value; the timeout is long enough for a busy machine. */
export function soon<T>(value: () => T) {
  return expect.poll(value, { timeout: 5000, interval: 10 });
}

const time = Date.UTC(2026, 5, 15, 12);

export function eventFor(subscriptionId: string): SubscriptionEvent {
  return {
    customer_id: 'C0aaaa111',
    customer_domain_name: 'a.example',
    event_type: 'SUBSCRIPTION_SUSPENDED',
    sku_id: '1010020028',
    subscription_id: subscriptionId,
    subscription_suspension_reasons: ['RESELLER_INITIATED'],
  };
}

/** A delivery with short delays that stops when the test ends. */
export function startDelivery(settings: Partial<NotificationDelivery>, seed = 7) {
  const warn = vi.fn();
  const delivery = new PushDelivery(
    { ...defaultDelivery, backoffMs: { min: 10, max: 40 }, maxDelayMs: 60, ...settings },
    { now: () => time, random: createRandom(seed), log: { debug: () => {}, warn } },
  );
  delivery.pushTo(settings.endpoint ?? null);
  onTestFinished(() => delivery.pushTo(null));
  return {
    ...{ delivery, warn },
    publish: (count: number) => {
      for (let index = 0; index < count; index += 1) delivery.publish(eventFor(`1${index}`));
    },
    acknowledged: () => delivery.counters.acknowledged,
  };
}

/** The number that `publish` assigned to each event, from 0. */
export function numbersOf(
  pushes: readonly { readonly event: SubscriptionEvent }[],
): readonly number[] {
  return pushes.map(({ event }) => Number(event.subscription_id.slice(1)));
}

export function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}

export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

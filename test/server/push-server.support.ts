import type { IncomingHttpHeaders } from 'node:http';
import { readPush } from '../../src/backends/pubsub/push-envelope.ts';
import type { PubsubMessage, ReceiveMessage } from '../../src/domain/notification.ts';
import type { HttpOptions } from '../../src/server/http.ts';
import { startServer } from './harness.support.ts';
import { type Sending, send } from './send.support.ts';

/** The data of a message. */
export const event = '{"event_type":"SUBSCRIPTION_RENEWED","customer_id":"C1"}';

/** A server where anybody may push. */
export async function startPush(
  keep: ReceiveMessage = async () => {},
  options: Partial<HttpOptions> = {},
) {
  const received: PubsubMessage[] = [];
  const receive = (body: Uint8Array, headers: IncomingHttpHeaders) => {
    const message = readPush(body, headers);
    received.push(message);
    return keep(message);
  };
  const { url, server } = await startServer({ push: { receive, verify: null }, ...options });
  const pushUrl = new URL('/notifications/push', url).href;
  const push = (sending: Sending) => send(pushUrl, sending);
  return { push, pushUrl, received, server };
}

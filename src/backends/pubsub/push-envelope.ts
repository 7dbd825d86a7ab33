import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { PubsubMessage } from '../../domain/notification.ts';
import { parseJson, stringId } from './json.ts';

/** Pub/Sub's ids are digits. Anything that is not short printable ASCII is ignored. */
const id = stringId
  .pipe(z.string().regex(/^[\x21-\x7e]{1,256}$/))
  .nullable()
  .catch(null);

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .nullable()
  .catch(null);

const envelope = z.object({
  message: z.object({
    messageId: id,
    message_id: id,
    publishTime: time,
    publish_time: time,
    data: z.unknown().optional(),
  }),
});

/**
 * The message of a push (https://cloud.google.com/pubsub/docs/push). A body that is not an envelope is
 * the data of an unwrapped message, whose id and time are in the headers when the subscription writes
 * metadata (https://cloud.google.com/pubsub/docs/payload-unwrapping). When the data of an envelope is
 * not base64, the whole envelope becomes the data.
 */
export function readPush(body: Uint8Array, headers: IncomingHttpHeaders): PubsubMessage {
  const wrapped = envelope.safeParse(parseEnvelope(body));
  if (!wrapped.success) {
    return {
      messageId: id.parse(headers['x-goog-pubsub-message-id']),
      publishTime: time.parse(headers['x-goog-pubsub-publish-time']),
      data: body,
    };
  }
  const { messageId, message_id, publishTime, publish_time, data } = wrapped.data.message;
  return {
    messageId: messageId ?? message_id,
    publishTime: publishTime ?? publish_time,
    data: fromBase64(data) ?? body,
  };
}

/** Null when the body is not JSON in UTF-8. */
function parseEnvelope(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
}

/** Standard or URL-safe base64, with or without padding; null when it is neither. */
function fromBase64(data: unknown): Uint8Array | null {
  if (data === undefined) return new Uint8Array();
  if (typeof data !== 'string') return null;
  const digits = data.replace(/={1,2}$/, '');
  if (!/^[\w+/-]*$/.test(digits) || digits.length % 4 === 1) return null;
  return Buffer.from(digits, 'base64');
}

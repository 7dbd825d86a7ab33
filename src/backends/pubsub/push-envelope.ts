import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { PubsubMessage } from '../../domain/notification.ts';

/** Longer or other ones are none of Pub/Sub's, which are digits, and could not be stored. */
const id = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/)
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
 * The message of a push (https://cloud.google.com/pubsub/docs/push). Whatever is no envelope is taken for the data
 * of unwrapped delivery, whose headers tell the rest when the subscription writes metadata
 * (https://cloud.google.com/pubsub/docs/payload-unwrapping). Of an envelope whose data cannot be read
 * the data is the envelope.
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

/** Null for what is no JSON. */
function parseEnvelope(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), keepDigits);
  } catch {
    return null;
  }
}

/** Message ids come as numbers too, of more digits than a number can hold: they are kept as text. */
function keepDigits(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isId = key === 'messageId' || key === 'message_id';
  return isId && typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

/** Base64 of either alphabet, with or without padding; null for what is none. */
function fromBase64(data: unknown): Uint8Array | null {
  if (data === undefined) return new Uint8Array();
  if (typeof data !== 'string') return null;
  const digits = data.replace(/={1,2}$/, '');
  if (!/^[\w+/-]*$/.test(digits) || digits.length % 4 === 1) return null;
  return Buffer.from(digits, 'base64');
}

import { isUtf8 } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Notification, PubsubMessage } from '../../domain/notification.ts';

/** Longer than any id of the vendor's, and short enough for a database's index. */
const MAX_ID = 255;

const id = z.union([z.string(), z.number().transform(String)]).nullish();
const text = z.string().nullish().catch(null);

/**
 * The published data. Only `customer_id`, `customer_domain_name`, `event_type`, `sku_id` and
 * `subscription_id` are documented as always there.
 * https://developers.google.com/workspace/reseller/docs/reference-notifications
 */
const dataSchema = z.looseObject({
  customer_id: id.catch(null),
  customer_domain_name: text,
  event_type: text,
  sku_id: id.catch(null),
  subscription_id: id.catch(null),
  subscription_suspension_reasons: z
    .array(z.unknown())
    .transform((reasons) => reasons.filter((reason) => typeof reason === 'string'))
    .nullish()
    .catch(null),
  subscription_cancellation_reason: text,
  message_id: id.catch(null),
  publish_time: z
    .object({ seconds: z.coerce.number(), nanos: z.number().nullish() })
    .nullish()
    .catch(null),
});

/**
 * What a Pub/Sub message tells. Nothing is refused: of data that nobody understands, the data itself
 * is kept, so that the message need not come again.
 */
export function notificationOf(message: PubsubMessage): Notification {
  const raw = rawOf(message.data);
  const parsed = dataSchema.safeParse(raw);
  const data = parsed.success ? parsed.data : null;
  return {
    messageId: messageIdOf(message.messageId ?? data?.message_id),
    publishTime: storable(message.publishTime) ?? timeOf(data?.publish_time),
    raw,
    type: data?.event_type ?? null,
    customerId: idOf(data?.customer_id),
    customerDomain: data?.customer_domain_name ?? null,
    subscriptionId: idOf(data?.subscription_id),
    skuId: idOf(data?.sku_id),
    suspensionReasons: data?.subscription_suspension_reasons ?? [],
    cancellationReason: data?.subscription_cancellation_reason ?? null,
  };
}

/** JSON, or the text, or a data URL of bytes that are no text. */
function rawOf(bytes: Uint8Array): unknown {
  const data = Buffer.from(bytes);
  if (!isUtf8(data)) return `data:application/octet-stream;base64,${data.toString('base64')}`;
  const content = data.toString();
  try {
    return JSON.parse(content, keepDigits);
  } catch {
    return content;
  }
}

/** The vendor's example has an id as a number; one that is too long for a number becomes its text. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isExact = typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return isExact || !/^-?\d+$/.test(context?.source ?? '') ? value : context?.source;
}

/** Two deliveries of one message have the same; without an id each delivery is a message. */
function messageIdOf(given: string | null | undefined): string {
  if (!given) return randomUUID();
  return isStorable(given) ? given : createHash('sha256').update(given).digest('hex');
}

function idOf(given: string | null | undefined): string | null {
  return given && isStorable(given) ? given : null;
}

function isStorable(given: string): boolean {
  return given.length <= MAX_ID && given.isWellFormed() && !given.includes('\0');
}

function timeOf(
  time: { seconds: number; nanos?: number | null | undefined } | null | undefined,
): Date | null {
  if (!time) return null;
  const date = new Date(time.seconds * 1000 + (time.nanos ?? 0) / 1e6);
  return storable(date);
}

/** ISO 8601 writes years in four digits; others are nobody's, and could not be read again. */
function storable(date: Date | null): Date | null {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= 0 && year <= 9999 ? date : null;
}

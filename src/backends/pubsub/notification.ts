/*
 * Pub/Sub delivers the notifications of the reseller API. pull.ts receives messages over a streaming
 * pull, push-envelope.ts decodes the body of a push, and this file converts a message into a
 * notification. The HTTP endpoint for pushes is in src/server/push and its token check in
 * src/server/auth.
 */
import { isUtf8 } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Notification, PubsubMessage } from '../../domain/notification.ts';
import { parseJson, stringId } from './json.ts';

/** Longer than any vendor id, and short enough for a database index. */
const MAX_ID_LENGTH = 255;

const id = stringId.nullish().catch(null);
const text = z.string().nullish().catch(null);

/**
 * The published data. The vendor guarantees only `customer_id`, `customer_domain_name`, `event_type`,
 * `sku_id` and `subscription_id`.
 * https://developers.google.com/workspace/reseller/docs/reference-notifications
 */
const dataSchema = z.looseObject({
  customer_id: id,
  customer_domain_name: text,
  event_type: text,
  sku_id: id,
  subscription_id: id,
  subscription_suspension_reasons: z
    .array(z.unknown())
    .transform((reasons) => reasons.filter((reason) => typeof reason === 'string'))
    .nullish()
    .catch(null),
  subscription_cancellation_reason: text,
  message_id: id,
  publish_time: z
    .object({ seconds: z.coerce.number(), nanos: z.number().nullish() })
    .nullish()
    .catch(null),
});

/**
 * Converts a Pub/Sub message. Data that cannot be parsed is kept as `raw` and never rejected, because
 * redelivery would not fix it.
 */
export function notificationOf(message: PubsubMessage): Notification {
  const raw = rawOf(message.data);
  const parsed = dataSchema.safeParse(raw);
  const data = parsed.success ? parsed.data : null;
  return {
    messageId: messageIdOf(message.messageId ?? data?.message_id),
    publishTime: storableDate(message.publishTime) ?? timeOf(data?.publish_time),
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

/** The parsed JSON, the text when it is not JSON, or a data URL when it is not UTF-8. */
function rawOf(bytes: Uint8Array): unknown {
  const data = Buffer.from(bytes);
  if (!isUtf8(data)) return `data:application/octet-stream;base64,${data.toString('base64')}`;
  const content = data.toString();
  try {
    return parseJson(content);
  } catch {
    return content;
  }
}

/** Redeliveries of a message get the same id; without an id every delivery counts as a new message. */
function messageIdOf(value: string | null | undefined): string {
  if (!value) return randomUUID();
  return isStorable(value) ? value : createHash('sha256').update(value).digest('hex');
}

function idOf(value: string | null | undefined): string | null {
  return value && isStorable(value) ? value : null;
}

function isStorable(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && value.isWellFormed() && !value.includes('\0');
}

function timeOf(
  time: { seconds: number; nanos?: number | null | undefined } | null | undefined,
): Date | null {
  if (!time) return null;
  const date = new Date(time.seconds * 1000 + (time.nanos ?? 0) / 1e6);
  return storableDate(date);
}

/** Years beyond four digits have no plain ISO 8601 form, so the store could not read them back. */
function storableDate(date: Date | null): Date | null {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= 0 && year <= 9999 ? date : null;
}

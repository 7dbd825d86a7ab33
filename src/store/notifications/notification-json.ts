import { z } from 'zod';
import type { Notification } from '../../domain/notification.ts';

const text = z.string().nullable();

const notificationSchema = z.object({
  messageId: z.string(),
  publishTime: z.iso
    .datetime()
    .transform((time) => new Date(time))
    .nullable()
    // One that cannot be read must not keep all others from being read.
    .catch(null),
  raw: z.unknown(),
  type: text,
  customerId: text,
  customerDomain: text,
  subscriptionId: text,
  skuId: text,
  suspensionReasons: z.array(z.string()),
  cancellationReason: text,
});

export function encodeNotification(notification: Notification): string {
  return JSON.stringify(notification);
}

/** @throws ZodError when the store holds something else */
export function decodeNotification(json: string): Notification {
  const { raw = null, ...notification } = notificationSchema.parse(JSON.parse(json));
  return { ...notification, raw };
}

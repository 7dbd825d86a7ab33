import { z } from 'zod';
import type { Notification } from '../../domain/notification.ts';

const text = z.string().nullable();

const notificationSchema = z.object({
  messageId: z.string(),
  publishTime: z.iso
    .datetime()
    .transform((time) => new Date(time))
    .nullable()
    // One unreadable time must not make a whole page unreadable.
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

/** @throws ZodError when the text was not written by `encodeNotification` */
export function decodeNotification(json: string): Notification {
  const { raw = null, ...notification } = notificationSchema.parse(JSON.parse(json));
  return { ...notification, raw };
}

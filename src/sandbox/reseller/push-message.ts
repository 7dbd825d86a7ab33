import type { SubscriptionEvent } from './events.ts';

/**
 * The body of a wrapped Pub/Sub push as the vendor sends it: ids and times in both spellings, empty
 * attributes, all content in `data`.
 */
export interface PushEnvelope {
  readonly message: {
    readonly attributes: Readonly<Record<string, string>>;
    /** Base64 of the event's JSON. */
    readonly data: string;
    /** 16 digits. */
    readonly messageId: string;
    readonly message_id: string;
    /** RFC 3339 with milliseconds. */
    readonly publishTime: string;
    readonly publish_time: string;
  };
  readonly subscription: string;
}

const subscription = 'projects/sandbox/subscriptions/gateway';

export function envelopeOf(
  event: SubscriptionEvent,
  messageId: string,
  publishedAt: number,
): PushEnvelope {
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  const time = new Date(publishedAt).toISOString();
  return {
    message: {
      ...{ attributes: {}, data, messageId, message_id: messageId },
      ...{ publishTime: time, publish_time: time },
    },
    subscription,
  };
}

/** Strictly increasing message ids. */
export class MessageIds {
  #last = 0;

  /**
   * The clock in microseconds, or the last id plus one. Ids also increase across restarts, so that a
   * receiver that deduplicates by id does not drop the messages of a new sandbox.
   */
  next(nowMs: number): string {
    this.#last = Math.max(this.#last + 1, Math.floor(nowMs * 1000));
    return String(this.#last).padStart(16, '0');
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Message, Subscription, SubscriptionOptions } from '@google-cloud/pubsub';
import type { JWT } from 'google-auth-library';
import { z } from 'zod';
import type { PubsubMessage, ReceiveMessage } from '../../domain/notification.ts';
import type { Logger } from '../../log.ts';
import { readKeyFile } from '../credentials/key.ts';

/** How many messages are under way at once. */
const MAX_MESSAGES = 100;
/** How long a message that was not kept is held back: Pub/Sub repeats it the moment it is let go. */
const HOLD_BACK_MS = 1_000;
/** The pauses before a subscription that failed for good is opened again double between these. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** How long messages under way are waited for once no more are taken. */
const DRAIN_MS = 5_000;
/** How long `close` takes at most: what is not kept by then is let go of, which takes a moment. */
const CLOSE_TIMEOUT_MS = DRAIN_MS + 1_000;

export interface PullOptions {
  /** projects/P/subscriptions/S */
  readonly subscription: string;
  /** Null for the credentials that the machine provides. */
  readonly key: PullKey | null;
  readonly receive: ReceiveMessage;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export interface Pull {
  /** Takes no more messages, and waits for those under way, for some seconds at most. */
  close(): Promise<void>;
}

const keyFileSchema = z.object({ client_email: z.string().min(1), private_key: z.string().min(1) });
export type PullKey = z.infer<typeof keyFileSchema>;

/**
 * @param keyFile the parsed JSON key file of a service account
 * @throws Error when it is none
 */
export function pullKey(keyFile: unknown): PullKey {
  return readKeyFile(keyFileSchema, keyFile, 'service account key file');
}

type Library = typeof import('@google-cloud/pubsub') & { readonly authClient: JWT | null };

const PUBSUB_SCOPE = 'https://www.googleapis.com/auth/pubsub';

/**
 * Pulls a Pub/Sub subscription until it is closed (https://cloud.google.com/pubsub/docs/pull). A message is
 * acknowledged once it is kept; one that is not comes again, as do those under way when the gateway
 * stops. The library mends broken streams; what it gives up is begun anew after a pause.
 * PUBSUB_EMULATOR_HOST is honoured. Rejects when the library cannot be loaded, and for no other reason.
 */
export async function pullNotifications(options: PullOptions): Promise<Pull> {
  const library = await load(options.key);
  const closing = new AbortController();
  const pulling = pullUntilClosed(library, options, closing.signal);
  return {
    async close() {
      closing.abort();
      const timeout = new AbortController();
      await Promise.race([pulling, pause(CLOSE_TIMEOUT_MS, timeout.signal)]);
      timeout.abort();
    },
  };
}

/** Some megabytes, for those only who pull. */
async function load(key: PullKey | null): Promise<Library> {
  const [pubsub, { JWT }] = await Promise.all([
    import('@google-cloud/pubsub'),
    import('google-auth-library'),
  ]);
  if (!key) return { ...pubsub, authClient: null };
  const { client_email: email, private_key } = key;
  return { ...pubsub, authClient: new JWT({ email, key: private_key, scopes: [PUBSUB_SCOPE] }) };
}

async function pullUntilClosed(
  library: Library,
  options: PullOptions,
  closing: AbortSignal,
): Promise<void> {
  const { subscription, log } = options;
  let pauseMs = FIRST_PAUSE_MS;
  while (!closing.aborted) {
    const openedAt = Date.now();
    await pullUntilEnded(library, options, closing).catch((err: unknown) =>
      log.warn({ subscription, err }, 'the subscription was not pulled properly'),
    );
    if (closing.aborted) return;
    if (Date.now() - openedAt > LAST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
    log.info({ subscription, pauseMs }, 'the subscription is pulled again after a pause');
    await pause(pauseMs, closing);
    pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
  }
}

/** Resolves when the library gave up, or was told to, and let go of everything. */
async function pullUntilEnded(
  library: Library,
  options: PullOptions,
  closing: AbortSignal,
): Promise<void> {
  const { subscription: name } = options;
  // A client for each time: it would remember that its credentials could not be had.
  const client = new library.PubSub({
    projectId: name.split('/')[1] ?? '',
    ...(library.authClient && { authClient: library.authClient }),
  });
  const subscription = client.subscription(name, subscriptionOptions(library));
  await pulled(subscription, options, closing);
  // A client that was never opened has nothing to close but its reason, which was told.
  await client.close().catch(() => {});
}

/** Resolves when nothing more will come of the subscription, and its messages are dealt with. */
function pulled(
  subscription: Subscription,
  { receive, log }: PullOptions,
  closing: AbortSignal,
): Promise<void> {
  const { name } = subscription;
  return new Promise((resolve) => {
    const close = (): void => void subscription.close();
    closing.addEventListener('abort', close, { once: true });
    subscription.once('close', () => {
      closing.removeEventListener('abort', close);
      resolve();
    });
    // Errors of gRPC and of HTTP clients hold what was sent: only their messages are for the log.
    subscription.on('error', ({ code, message: reason }) =>
      log.warn({ subscription: name, code, reason }, 'the subscription cannot be pulled'),
    );
    subscription.on('debug', ({ message: reason }) =>
      log.info({ subscription: name, reason }, 'the subscription has trouble'),
    );
    // Opens the stream.
    subscription.on('message', (message) => void take(message, receive, log, closing));
  });
}

async function take(
  message: Message,
  receive: ReceiveMessage,
  log: PullOptions['log'],
  closing: AbortSignal,
): Promise<void> {
  try {
    await receive(toPubsubMessage(message));
    message.ack();
  } catch (err) {
    log.warn({ err, messageId: message.id }, 'a message was not kept; it will come again');
    await pause(HOLD_BACK_MS, closing);
    message.nack();
  }
}

function toPubsubMessage({ id, publishTime, data }: Message): PubsubMessage {
  // To the library a message without a time is one of 1970.
  const publishedAt = publishTime.getTime();
  return {
    messageId: id || null,
    publishTime: publishedAt > 0 ? new Date(publishedAt) : null,
    data,
  };
}

function subscriptionOptions({
  Duration,
  SubscriptionCloseBehaviors,
}: Library): SubscriptionOptions {
  return {
    flowControl: { maxMessages: MAX_MESSAGES, allowExcessMessages: false },
    // The server keeps to the limit stream by stream. A client that waits for its first connection up to
    // some time would, once closed, keep the process alive until then.
    streamingOptions: { maxStreams: 1, timeout: Number.POSITIVE_INFINITY },
    closeOptions: {
      behavior: SubscriptionCloseBehaviors.WaitForProcessing,
      timeout: Duration.from({ milliseconds: DRAIN_MS }),
    },
  };
}

/** Resolves after the time, or when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

import type { Message, Subscription, SubscriptionOptions } from '@google-cloud/pubsub';
import { pause } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { PubsubMessage, ReceiveMessage } from '../../domain/notification.ts';
import { inNewTrace, type SpanOptions } from '../../domain/tracing.ts';
import type { Logger } from '../../log.ts';
import { Egress } from '../network/egress.ts';
import { PullConnection, type PullTimes } from './pull-connection.ts';
import { type Library, loadLibrary, type PullKey } from './pull-library.ts';

/** Maximum number of messages being processed. */
const MAX_MESSAGES = 100;
/** Delay before the nack of a message that was not stored, because Pub/Sub redelivers it at once. */
const NACK_DELAY_MS = 1_000;
/** The delay before a failed subscription is reopened doubles between these limits. */
const MIN_REOPEN_DELAY_MS = 1_000;
const MAX_REOPEN_DELAY_MS = 60_000;
/** How long `close` waits for messages that are being processed before it nacks them. */
const DRAIN_MS = 5_000;
/** Upper limit for `close`, which includes sending the nacks. */
const CLOSE_TIMEOUT_MS = DRAIN_MS + 1_000;

export interface PullOptions {
  /** projects/P/subscriptions/S */
  readonly subscription: string;
  /** Returns the current key. Null uses application default credentials. */
  readonly key: (() => PullKey) | null;
  readonly receive: ReceiveMessage;
  /** How connections are made; directly by default. */
  readonly egress?: Egress | undefined;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** When a connection counts as stuck or dead; by default after seconds. */
  readonly times?: PullTimes | undefined;
}

export interface Pull {
  /** Stops receiving and waits up to six seconds for messages that are being processed. */
  close(): Promise<void>;
}

/**
 * Pulls a Pub/Sub subscription until it is closed (https://cloud.google.com/pubsub/docs/pull). A message
 * is acknowledged after `receive` resolves; otherwise Pub/Sub redelivers it. The library reconnects
 * broken streams. After a permanent failure, or when the connection is stuck, the subscription is
 * reopened with a delay.
 * PUBSUB_EMULATOR_HOST is honoured. Rejects only when the library cannot be loaded.
 */
export async function pullNotifications(options: PullOptions): Promise<Pull> {
  const library = await loadLibrary(options);
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

async function pullUntilClosed(
  library: Library,
  options: PullOptions,
  closing: AbortSignal,
): Promise<void> {
  const { subscription, log } = options;
  let pauseMs = MIN_REOPEN_DELAY_MS;
  while (!closing.aborted) {
    const openedAt = Date.now();
    const end = await pullUntilEnded(library, options, closing).catch((err: unknown): PullEnd => {
      log.warn({ subscription, err }, 'pulling the subscription failed');
      return 'FAILED';
    });
    if (closing.aborted) return;
    const isLong = Date.now() - openedAt > MAX_REOPEN_DELAY_MS;
    if (isLong || end === 'STUCK') pauseMs = MIN_REOPEN_DELAY_MS;
    log.info({ subscription, pauseMs }, 'subscription closed, reopening it after a pause');
    await pause(pauseMs, closing).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, MAX_REOPEN_DELAY_MS);
  }
}

/** STUCK: the connection could not be established, which a new one may be. */
type PullEnd = 'FAILED' | 'STUCK';

/** Resolves after the subscription has failed permanently or is stuck, or after `closing` aborts. */
async function pullUntilEnded(
  library: Library,
  options: PullOptions,
  closing: AbortSignal,
): Promise<PullEnd> {
  const { subscription: name, times, log, egress = new Egress() } = options;
  const connection = new PullConnection(egress, times);
  // A new client each time, because a client caches a failure to get credentials, and the key may have
  // been replaced.
  const client = new library.PubSub({
    ...connection.options,
    projectId: name.split('/')[1] ?? '',
    ...library.auth(),
  });
  const subscription = client.subscription(name, subscriptionOptions(library));
  let end: PullEnd = 'FAILED';
  const unwatch = connection.watch(() => {
    end = 'STUCK';
    log.warn(
      { subscription: name, err: connection.failure },
      'no connection to Pub/Sub, connecting again',
    );
    void subscription.close();
  });
  await receiveUntilClosed(subscription, options, closing);
  unwatch();
  // Closing a client that never connected rejects with the error that was already logged.
  await client.close().catch(() => {});
  connection.close();
  return end;
}

/** Resolves when the subscription is closed and all of its messages are acked or nacked. */
function receiveUntilClosed(
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
    // Errors of gRPC and HTTP clients contain the request, so only their messages are logged.
    subscription.on('error', ({ code, message: reason }) =>
      log.warn({ subscription: name, code, reason }, 'subscription failed'),
    );
    subscription.on('debug', ({ message: reason }) =>
      log.info(
        { subscription: name, reason },
        'subscription stream failed, the client library reconnects',
      ),
    );
    // This listener opens the stream.
    subscription.on('message', (message) => void handleMessage(message, receive, log, closing));
  });
}

/** By OpenTelemetry's semantic conventions for messages. */
const processing: SpanOptions = {
  name: 'process notification',
  kind: 'CONSUMER',
  attributes: { 'messaging.system': 'gcp_pubsub', 'messaging.operation.type': 'process' },
};

function handleMessage(
  message: Message,
  receive: ReceiveMessage,
  log: PullOptions['log'],
  closing: AbortSignal,
): Promise<void> {
  return inNewTrace(processing, async (span) => {
    try {
      await receive(toPubsubMessage(message));
      message.ack();
    } catch (err) {
      span?.fail(err instanceof GatewayError ? err.code : 'Error');
      log.warn({ err, messageId: message.id }, 'message was not stored, Pub/Sub will redeliver it');
      await pause(NACK_DELAY_MS, closing).catch(() => {});
      message.nack();
    }
  });
}

function toPubsubMessage({ id, publishTime, data }: Message): PubsubMessage {
  // The library represents a missing time as the epoch.
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
    // The server applies the message limit to each stream. With a finite timeout, a closed client that
    // never connected would keep the process alive until the timeout.
    streamingOptions: { maxStreams: 1, timeout: Number.POSITIVE_INFINITY },
    closeOptions: {
      behavior: SubscriptionCloseBehaviors.WaitForProcessing,
      timeout: Duration.from({ milliseconds: DRAIN_MS }),
    },
  };
}

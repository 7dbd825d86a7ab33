import { protos } from '@google-cloud/pubsub';
import {
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { onTestFinished, vi } from 'vitest';

const {
  AcknowledgeRequest,
  ModifyAckDeadlineRequest,
  StreamingPullRequest,
  StreamingPullResponse,
} = protos.google.pubsub.v1;

type PullStream = ServerDuplexStream<
  protos.google.pubsub.v1.StreamingPullRequest,
  protos.google.pubsub.v1.IStreamingPullResponse
>;

export const subscription = 'projects/gateway-test/subscriptions/notifications';

export interface SubscriberServer {
  readonly port: number;
  /** The first request of every stream that was opened. */
  readonly opened: readonly protos.google.pubsub.v1.StreamingPullRequest[];
  /** The ids of the messages that were acknowledged, in order. */
  readonly acked: readonly string[];
  /** The ids of the messages that the client nacked, in order. */
  readonly nacked: readonly string[];
  /** Whether a stream is open now. */
  isPulled(): boolean;
  publish(messageId: string, message?: protos.google.pubsub.v1.IPubsubMessage): void;
  /** Ends the open stream with a status. */
  breakStream(code: status): void;
  /** Later streams fail with this status; null serves them again. */
  refuse(code: status | null): void;
}

/**
 * A google.pubsub.v1.Subscriber with one subscription, set as PUBSUB_EMULATOR_HOST. A message is
 * delivered when it is published and redelivered when the client nacks it.
 */
export async function startSubscriberServer(
  credentials = ServerCredentials.createInsecure(),
): Promise<SubscriberServer> {
  const opened: protos.google.pubsub.v1.StreamingPullRequest[] = [];
  const acked: string[] = [];
  const nacked: string[] = [];
  const waiting: protos.google.pubsub.v1.IPubsubMessage[] = [];
  const delivered = new Map<string, protos.google.pubsub.v1.IPubsubMessage>();
  let deliveries = 0;
  let stream: PullStream | null = null;
  let refusal: status | null = null;

  function deliver(): void {
    if (!stream || waiting.length === 0) return;
    const receivedMessages = waiting.splice(0).map((message) => {
      const ackId = `ack-${++deliveries}`;
      delivered.set(ackId, message);
      return { ackId, message };
    });
    stream.write({ receivedMessages });
  }

  function take(ackIds: readonly string[]): protos.google.pubsub.v1.IPubsubMessage[] {
    return ackIds.flatMap((ackId) => {
      const message = delivered.get(ackId);
      delivered.delete(ackId);
      return message ? [message] : [];
    });
  }

  const streamingPull = (pull: PullStream): void => {
    pull.on('error', () => {});
    pull.once('close', () => {
      if (stream === pull) stream = null;
    });
    pull.once('data', (request: protos.google.pubsub.v1.StreamingPullRequest) => {
      opened.push(request);
      const code = request.subscription === subscription ? refusal : status.NOT_FOUND;
      if (code !== null) return end(pull, code);
      stream = pull;
      deliver();
    });
  };
  const acknowledge: handleUnaryCall<protos.google.pubsub.v1.AcknowledgeRequest, object> = (
    { request },
    callback,
  ) => {
    acked.push(...take(request.ackIds).map(({ messageId }) => messageId ?? ''));
    callback(null, {});
  };
  const modifyAckDeadline: handleUnaryCall<
    protos.google.pubsub.v1.ModifyAckDeadlineRequest,
    object
  > = ({ request }, callback) => {
    callback(null, {});
    if (request.ackDeadlineSeconds > 0) return;
    const released = take(request.ackIds);
    nacked.push(...released.map(({ messageId }) => messageId ?? ''));
    waiting.push(...released);
    deliver();
  };

  const server = new Server();
  server.addService(service, { streamingPull, acknowledge, modifyAckDeadline });
  const port = await listen(server, credentials);
  onTestFinished(() => server.forceShutdown());
  pointTo(`127.0.0.1:${port}`);

  return {
    port,
    opened,
    acked,
    nacked,
    isPulled: () => stream !== null,
    publish(messageId, message = {}) {
      waiting.push({ messageId, ...message });
      deliver();
    },
    breakStream(code) {
      if (stream) end(stream, code);
      stream = null;
    },
    refuse(code) {
      refusal = code;
    },
  };
}

/** Sets the host:port of Pub/Sub; undefined is Google's own. */
export function pointTo(host: string | undefined): void {
  vi.stubEnv('PUBSUB_EMULATOR_HOST', host);
  // Prevents the client from looking for a metadata server.
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  onTestFinished(() => void vi.unstubAllEnvs());
}

function end(pull: PullStream, code: status): void {
  pull.emit('error', { code, details: `test failure ${status[code]}` });
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: T): { finish(): Uint8Array };
}

/** google.protobuf.Empty */
const empty: Codec<object> = {
  decode: () => ({}),
  encode: () => ({ finish: () => new Uint8Array() }),
};

const service: ServiceDefinition = {
  streamingPull: method('StreamingPull', StreamingPullRequest, StreamingPullResponse, true),
  acknowledge: method('Acknowledge', AcknowledgeRequest, empty, false),
  modifyAckDeadline: method('ModifyAckDeadline', ModifyAckDeadlineRequest, empty, false),
};

function method<Q, A>(
  name: string,
  request: Codec<Q>,
  answer: Codec<A>,
  isStream: boolean,
): MethodDefinition<Q, A> {
  return {
    path: `/google.pubsub.v1.Subscriber/${name}`,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(answer.encode(message).finish()),
    responseDeserialize: (bytes) => answer.decode(bytes),
  };
}

function listen(server: Server, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

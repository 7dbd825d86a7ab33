import {
  create,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type ChannelInterface,
  type InterceptingListener,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { type Decoded, decodeMessage } from './decode.ts';

/** A unary method of a protobuf-es service description. */
export type UnaryMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly methodKind: 'unary';
  readonly input: I;
  readonly output: O;
  /** Reads messages of the usual form; null for others, which protobuf-es reads. */
  readonly readUsual?: (bytes: Buffer) => MessageShape<O> | null;
};

/** A call to send. */
export interface UnaryRequest<O extends DescMessage> {
  readonly method: UnaryMethod<DescMessage, O>;
  /** The encoded message. */
  readonly bytes: Buffer;
  readonly metadata: Metadata;
  readonly signal: CancelSignal;
  /** Milliseconds since the epoch; sent as grpc-timeout. */
  readonly deadline: number;
}

export interface UnaryResponse<O extends DescMessage> extends Decoded<O> {
  /** The first value of a response header or trailer; undefined without one. */
  header(name: string): string | undefined;
}

/** The bytes of a message, as a call sends them. */
export function encoded<I extends DescMessage>(input: I, init: MessageInitShape<I>): Buffer {
  const { buffer, byteOffset, byteLength } = toBinary(input, create(input, init));
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Rejects with a ServiceError, or with the signal's reason. It uses the channel, not the client:
 * interceptors, an event emitter and the caller's stack take a fifth of the time of a call.
 */
export function sendUnary<O extends DescMessage>(
  channel: ChannelInterface,
  request: UnaryRequest<O>,
): Promise<UnaryResponse<O>> {
  return new Promise((resolve, reject) => {
    const { method, bytes, metadata, signal, deadline } = request;
    const path = `/${method.parent.typeName}/${method.name}`;
    const call = channel.createCall(path, deadline, null, null, null);
    const cancel = (): void => call.cancelWithStatus(status.CANCELLED, 'Cancelled on client');
    const ended = (response: ReceivedResponse): void => {
      signal.removeEventListener('abort', cancel);
      try {
        signal.throwIfAborted();
        resolve(decoded(method, response));
      } catch (error) {
        reject(error);
      }
    };
    call.start(metadata, new Receiver(ended));
    call.sendMessageWithContext({}, bytes);
    call.halfClose();
    call.startRead();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}

interface ReceivedResponse {
  readonly headers: Metadata | undefined;
  /** Undefined when none was received. */
  readonly message: Buffer | undefined;
  readonly status: StatusObject;
}

/**
 * Receives a response and passes it on once. It then refers to nothing more: grpc-js and `node:http2`
 * keep it, and would keep the decoded message with it, until the next full collection.
 */
class Receiver implements InterceptingListener {
  #ended: ((response: ReceivedResponse) => void) | null;
  #headers: Metadata | undefined;
  #message: Buffer | undefined;

  constructor(ended: (response: ReceivedResponse) => void) {
    this.#ended = ended;
  }

  onReceiveMetadata(headers: Metadata): void {
    this.#headers = headers;
  }

  onReceiveMessage(message: Buffer): void {
    this.#message = message;
  }

  onReceiveStatus(received: StatusObject): void {
    const ended = this.#ended;
    const response = { headers: this.#headers, message: this.#message, status: received };
    this.#ended = null;
    this.#headers = this.#message = undefined;
    ended?.(response);
  }
}

/** @throws ServiceError when the call failed or its message is invalid */
function decoded<O extends DescMessage>(
  method: UnaryMethod<DescMessage, O>,
  { headers, message, status: { code, details, metadata } }: ReceivedResponse,
): UnaryResponse<O> {
  if (code !== status.OK) {
    // A server may send its request id in the headers or in the trailers.
    if (headers) metadata.merge(headers);
    throw new CallFailure(code, details, metadata);
  }
  if (!message) throw new CallFailure(status.UNIMPLEMENTED, 'No message received', metadata);
  const header = (name: string): string | undefined =>
    (headers?.get(name)[0] ?? metadata.get(name)[0])?.toString();
  const usual = method.readUsual?.(message);
  if (usual) return { message: usual, dropped: [], header };
  return { ...decodedMessage(method.output, message), header };
}

function decodedMessage<O extends DescMessage>(output: O, message: Buffer): Decoded<O> {
  try {
    return decodeMessage(output, message);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const details = `Response message parsing error: ${reason}`;
    throw new CallFailure(status.INTERNAL, details, new Metadata(), error);
  }
}

/** A call that failed. It has the form of grpc-js's errors. */
class CallFailure extends Error implements ServiceError {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, metadata: Metadata, cause?: unknown) {
    super(`${code} ${status[code]}: ${details}`, { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

/** There is no connection, so the call was not sent. */
export class NotConnected extends CallFailure {
  /** @param cause the reason, for the log */
  constructor(details: string, cause?: unknown) {
    super(status.UNAVAILABLE, details, new Metadata(), cause);
  }
}

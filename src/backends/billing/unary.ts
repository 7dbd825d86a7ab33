import type { DescMessage, DescMethod, MessageShape } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type Decoded, decodeMessage } from './decode.ts';

/** A unary method of a protobuf-es service description. */
export type UnaryMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly methodKind: 'unary';
  readonly input: I;
  readonly output: O;
};

export interface UnaryCall {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; sent as grpc-timeout. */
  readonly deadline: number;
}

export interface UnaryResponse<O extends DescMessage> extends Decoded<O> {
  /** Response headers and trailers, headers first. */
  readonly metadata: Metadata;
}

/** Rejects with grpc-js's ServiceError, or with the signal's reason. */
export function sendUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: UnaryMethod<I, O>,
  request: MessageShape<I>,
  { signal, metadata, deadline }: UnaryCall,
): Promise<UnaryResponse<O>> {
  return new Promise((resolve, reject) => {
    let headers: Metadata | undefined;
    const sent = client.makeUnaryRequest(
      `/${method.parent.typeName}/${method.name}`,
      (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
      (bytes: Buffer) => decodeMessage(method.output, bytes),
      request,
      metadata,
      { deadline },
      (error, decoded) => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) return reject(signal.reason);
        if (error) return reject(withHeaders(error, headers));
        if (!decoded) return reject(new Error('unary call ended without a message'));
        trailers.then((trailing) => {
          const all = headers?.clone() ?? trailing.clone();
          if (headers) all.merge(trailing);
          resolve({ ...decoded, metadata: all });
        });
      },
    );
    const trailers = new Promise<Metadata>((done) => {
      sent.once('status', ({ metadata }) => done(metadata));
    });
    sent.once('metadata', (metadata) => {
      headers = metadata;
    });
    const cancel = (): void => sent.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}

/** A server may send its request id in the headers or in the trailers. */
function withHeaders(error: ServiceError, headers: Metadata | undefined): ServiceError {
  if (headers) error.metadata.merge(headers);
  return error;
}

/** There is no connection, so the call was not sent. It has the form of grpc-js's errors. */
export class NotConnected extends Error implements ServiceError {
  readonly code = status.UNAVAILABLE;
  readonly details: string;
  readonly metadata = new Metadata();

  /** @param cause the reason, for the log */
  constructor(details: string, cause?: unknown) {
    super(details, { cause });
    this.name = 'NotConnected';
    this.details = details;
  }
}

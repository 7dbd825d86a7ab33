import {
  create,
  type DescMessage,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import type { UnaryMethod } from '../../src/backends/billing/unary.ts';
import { BillingAccountService } from '../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { IamTokenService } from '../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { OperationService } from '../../src/gen/yandex/cloud/operation/operation_service_pb.ts';

/** A call as the server received it. */
export interface ReceivedCall {
  /** `CustomerService/List` */
  readonly method: string;
  /** The request message as it came over the wire. */
  readonly bytes: Buffer;
  /** When the client stops waiting, by its grpc-timeout; Infinity when it sent none. */
  readonly deadline: number;
  /** Resolves when the client cancels the call. */
  readonly cancelled: Promise<void>;
  header(name: string): string | undefined;
}

/** A call under way, with its request decoded. */
export interface ServedCall<I extends DescMessage> extends ReceivedCall {
  readonly request: MessageShape<I>;
  /** Sends the response headers ahead of the answer. */
  sendHeaders(headers: Readonly<Record<string, string>>): void;
}

/** Gives the answer (bytes are sent as they are), or throws a StatusFailure. */
export type Script<I extends DescMessage, O extends DescMessage> = (
  call: ServedCall<I>,
) => MessageInitShape<O> | Uint8Array | Promise<MessageInitShape<O> | Uint8Array>;

/** A call that ends with a status other than OK. */
export class StatusFailure extends Error {
  readonly code: number;
  readonly trailers: Metadata;

  constructor(code: number, details = '', trailers = new Metadata()) {
    super(details);
    this.code = code;
    this.trailers = trailers;
  }
}

export interface BillingServer {
  /** host:port */
  readonly address: string;
  readonly port: number;
  /** Every call so far, in order of arrival. */
  readonly received: ReceivedCall[];
  /** Resolves with the nth call (from 1) when it has arrived. */
  arrival(n: number): Promise<ReceivedCall>;
  /** Says how a method answers from now on; one that is not scripted is UNIMPLEMENTED. */
  on<I extends DescMessage, O extends DescMessage>(
    method: UnaryMethod<I, O>,
    script: Script<I, O>,
  ): void;
  /** Stops listening and drops every connection. */
  stop(): void;
}

type RawCall = ServerUnaryCall<Buffer, Buffer>;
type RawScript = (call: RawCall, received: ReceivedCall) => Promise<Buffer>;

const services = [CustomerService, BillingAccountService, OperationService, IamTokenService];

/** All of the vendor's services on one port of 127.0.0.1 (0 = any free one), gone when the test is. */
export async function startBillingServer(
  port = 0,
  credentials = ServerCredentials.createInsecure(),
): Promise<BillingServer> {
  const received: ReceivedCall[] = [];
  const arrivals: (() => void)[] = [];
  const scripts = new Map<string, RawScript>();
  const server = new Server();

  async function serve(path: string, call: RawCall): Promise<Buffer> {
    const entry = toReceived(path, call);
    received.push(entry);
    for (const check of arrivals) check();
    const script = scripts.get(path);
    if (!script) throw new StatusFailure(status.UNIMPLEMENTED, 'not scripted');
    return script(call, entry);
  }

  for (const service of services) {
    const definition = rawDefinition(service);
    const handlers = Object.entries(definition).map(([name, { path }]) => [
      name,
      (call: RawCall, callback: (error: object | null, answer?: Buffer) => void) => {
        serve(path, call).then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(toStatus(error)),
        );
      },
    ]);
    server.addService(definition, Object.fromEntries(handlers));
  }
  const bound = await listen(server, port, credentials);
  const stop = (): void => server.forceShutdown();
  onTestFinished(stop);

  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    received,
    arrival: (n) =>
      new Promise((resolve) => {
        const check = (): void => {
          const call = received[n - 1];
          if (call) resolve(call);
        };
        arrivals.push(check);
        check();
      }),
    on(method, script) {
      scripts.set(`/${method.parent.typeName}/${method.name}`, async (call, entry) => {
        const answer = await script({
          ...entry,
          request: fromBinary(method.input, call.request),
          sendHeaders: (headers) => call.sendMetadata(metadataOf(headers)),
        });
        if (answer instanceof Uint8Array) return Buffer.from(answer);
        return Buffer.from(toBinary(method.output, create(method.output, answer)));
      });
    },
    stop,
  };
}

export function metadataOf(values: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(values)) metadata.set(name, value);
  return metadata;
}

function toReceived(path: string, call: RawCall): ReceivedCall {
  const deadline = call.getDeadline();
  return {
    method: path.slice(path.lastIndexOf('.') + 1),
    bytes: call.request,
    deadline: deadline instanceof Date ? deadline.getTime() : deadline,
    cancelled: new Promise((resolve) => call.once('cancelled', () => resolve())),
    header: (name) => call.metadata.get(name)[0]?.toString(),
  };
}

function toStatus(error: unknown): object {
  if (!(error instanceof StatusFailure)) return { code: status.INTERNAL, details: String(error) };
  return { code: error.code, details: error.message, metadata: error.trailers };
}

/** Leaves the messages as bytes, so that tests can look at them and send broken ones. */
function rawDefinition(service: DescService): ServiceDefinition {
  const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
  const methods = service.methods.map(({ name }): [string, MethodDefinition<Buffer, Buffer>] => [
    name,
    {
      path: `/${service.typeName}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes.serialize,
      requestDeserialize: bytes.deserialize,
      responseSerialize: bytes.serialize,
      responseDeserialize: bytes.deserialize,
    },
  ]);
  return Object.fromEntries(methods);
}

function listen(server: Server, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { BadRequestSchema } from '../../src/gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '../../src/gen/google/rpc/status_pb.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export const day = 24 * 60 * 60 * 1000;

/** A clock that stands still until it is told otherwise. */
interface TestClock {
  now: () => number;
  advance: (ms: number) => void;
}

export interface TestSandbox extends Sandbox {
  readonly clock: TestClock;
}

function testClock(): TestClock {
  let time = Date.UTC(2026, 5, 15, 12);
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}

/** A small sandbox on free ports and a clock of its own; it ends with the test. */
export async function testSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const clock = testClock();
  const sandbox = await startSandbox({
    now: clock.now,
    ...options,
    seed: { customers: 30, resellerOnlyCustomers: 3, ...options.seed },
    operations: { minMs: 1000, maxMs: 1000, notFoundShare: 0, ...options.operations },
  });
  onTestFinished(() => sandbox.close());
  return { ...sandbox, clock };
}

export interface UnaryAnswer<O> {
  readonly message: O;
  readonly headers: Metadata;
}

export interface CallOptions {
  readonly metadata?: Record<string, string>;
  readonly deadlineMs?: number;
}

/** A raw grpc-js client: paths and field numbers come from src/gen only. */
export function billingClient(address: string) {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return function call<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<UnaryAnswer<MessageShape<O>>> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
    const deadline = Date.now() + (options.deadlineMs ?? 5000);
    return new Promise((resolve, reject) => {
      let headers = new Metadata();
      client
        .makeUnaryRequest(
          `/${method.parent.typeName}/${method.name}`,
          (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
          (bytes: Buffer) => fromBinary(method.output, bytes),
          create(method.input, request),
          metadata,
          { deadline },
          (error, message) => {
            if (error) reject(error);
            else if (message === undefined) reject(new Error('no message'));
            else resolve({ message, headers });
          },
        )
        .on('metadata', (received: Metadata) => {
          headers = received;
        });
    });
  };
}

export type BillingCall = ReturnType<typeof billingClient>;

export interface Failure {
  readonly error: ServiceError;
  /** google.rpc.Status of the trailer. */
  readonly status: Status;
  /** Fields that google.rpc.BadRequest names. */
  readonly fields: readonly string[];
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && 'code' in error;
}

/** The failure of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  if (!isServiceError(error)) throw error;
  const [trailer] = error.metadata.get('grpc-status-details-bin');
  const body =
    trailer instanceof Buffer
      ? fromBinary(StatusSchema, trailer)
      : create(StatusSchema, { code: status.UNKNOWN });
  const fields = body.details.flatMap(
    (detail) => anyUnpack(detail, BadRequestSchema)?.fieldViolations.map((v) => v.field) ?? [],
  );
  return { error, status: body, fields };
}

interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every shape
  readonly json: any;
}

export type RestCall = (
  verb: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<RestAnswer>;

/** Calls of the REST API, by the path below `apps/reseller/v1/`; one with a slash first is whole. */
export function restClient({ resellerUrl }: Sandbox): RestCall {
  return async (verb, path, body, headers = {}) => {
    const url = new URL(path.startsWith('/') ? path : `/apps/reseller/v1/${path}`, resellerUrl);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method: verb,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const answered = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text: answered,
      json: isJson ? JSON.parse(answered) : undefined,
    };
  };
}

/** The bytes of an answer as they are on the wire: fetch would unpack them. */
export function rawGet(
  url: string,
  headers: Record<string, string>,
): Promise<{ readonly headers: IncomingHttpHeaders; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, (response) => {
      buffer(response).then((body) => resolve({ headers: response.headers, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

/** Path of the only (or the chosen) subscription of a seeded customer. */
export async function subscriptionPath(
  rest: RestCall,
  customer: string,
  skuId?: string,
): Promise<string> {
  const { json } = await rest('GET', `subscriptions?customerId=${customer}`);
  const found = json.subscriptions.find(
    (each: { skuId: string }) => skuId === undefined || each.skuId === skuId,
  );
  return `customers/${customer}/subscriptions/${found.subscriptionId}`;
}

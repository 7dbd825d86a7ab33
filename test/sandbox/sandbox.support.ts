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

/** A clock that only `advance` moves. */
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

/** A small sandbox on free ports with its own clock, closed when the test ends. */
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

export interface UnaryResponse<O> {
  readonly message: O;
  readonly headers: Metadata;
}

export interface CallOptions {
  readonly metadata?: Record<string, string>;
  readonly deadlineMs?: number;
}

/** A grpc-js client that uses only src/gen. */
export function billingClient(address: string) {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return function call<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<UnaryResponse<MessageShape<O>>> {
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
  /** The fields in google.rpc.BadRequest. */
  readonly fields: readonly string[];
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && 'code' in error;
}

/** The error of a call; throws when the call succeeds. */
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

interface RestResponse {
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
) => Promise<RestResponse>;

/** Calls the REST API. Paths are relative to `apps/reseller/v1/` unless they start with a slash. */
export function restClient({ resellerUrl }: Sandbox): RestCall {
  return async (verb, path, body, headers = {}) => {
    const url = new URL(path.startsWith('/') ? path : `/apps/reseller/v1/${path}`, resellerUrl);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method: verb,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const received = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text: received,
      json: isJson ? JSON.parse(received) : undefined,
    };
  };
}

/** A GET whose body is not decompressed, as fetch would do. */
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

/** The path of a customer's first subscription, or of the one with this SKU. */
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

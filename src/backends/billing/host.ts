import { randomUUID } from 'node:crypto';
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { Metadata, status } from '@grpc/grpc-js';
import type { CallScope } from '../../domain/call-scope.ts';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { asNotSent, GatewayError } from '../../domain/error.ts';
import { inSpan, traceHeaders } from '../../domain/tracing.ts';
import type { Admission } from '../admission.ts';
import { Breaker } from '../breaker.ts';
import { BackendCalls, type IsRetryable } from '../call.ts';
import type { Credential } from '../credentials/credential.ts';
import { fixedSize } from '../lane-size.ts';
import { Lanes } from '../lanes.ts';
import type { BackendLog } from '../log.ts';
import { Egress } from '../network/egress.ts';
import { type Observation, observed } from '../observed-call.ts';
import { breakerOpen, unreachable } from '../reachability.ts';
import { attemptSpan, serverOf, setStatus } from './attempt-span.ts';
import { Channel, type ConnectionTimes } from './channel.ts';
import { billingError, isServiceError } from './errors.ts';
import { encoded, type UnaryMethod, type UnaryResponse } from './unary.ts';

/** HTTP/2 servers usually allow 100 streams on a connection; more calls would wait in grpc-js. */
const MAX_CALLS = 100;

export interface HostOptions {
  readonly tls: boolean;
  readonly credential: Credential;
  /** Deadline of one call, including its retries. */
  readonly timeoutMs: number;
  /** When connections count as stuck or dead; by default after seconds. */
  readonly connections?: ConnectionTimes | undefined;
  /** How connections are made; directly by default. */
  readonly egress?: Egress | undefined;
  readonly log?: BackendLog | undefined;
}

/** Longer than the channel itself tries to connect. */
const CONNECT_MS = 5_000;

interface Sent {
  readonly scope: CallScope;
  readonly signal: CancelSignal;
  readonly deadline: number;
  readonly idempotencyKey?: string;
}

/** Calls of one gRPC host, with deadline, credential, request ids and error translation. */
export class Host {
  readonly #channel: Channel;
  readonly #breaker: Breaker;
  readonly #calls: BackendCalls;
  readonly #credential: Credential;
  readonly #log: BackendLog | undefined;
  readonly #observation: Observation<Named, unknown>;

  constructor(address: string, admission: Admission, options: HostOptions) {
    const { tls, credential, timeoutMs, connections, log, egress = new Egress() } = options;
    this.#channel = new Channel({ address, tls, egress }, connections);
    this.#credential = credential;
    this.#log = log;
    const server = serverOf(address);
    this.#observation = {
      ...{ service: 'billing', method: nameOf },
      span: (method) => attemptSpan(method, server),
    };
    this.#breaker = new Breaker({ service: 'billing', host: address, log });
    this.#calls = new BackendCalls({
      service: 'billing',
      timeoutMs,
      admission,
      lanes: new Lanes(fixedSize(MAX_CALLS), 'billing'),
      breaker: this.#breaker,
    });
  }

  read<I extends DescMessage, O extends DescMessage>(
    method: UnaryMethod<I, O>,
    init: MessageInitShape<I>,
    scope: CallScope,
  ): Promise<UnaryResponse<O>> {
    const bytes = encoded(method.input, init);
    const key = `${method.parent.typeName}/${method.name} ${bytes.toString('latin1')}`;
    return inSpan(
      () => callSpan(method),
      () =>
        this.#calls.read(key, scope, (signal, remaining) =>
          this.#attempt(method, bytes, { scope, signal, deadline: Date.now() + remaining }),
        ),
    );
  }

  /** @param isRetryable which failures to retry after; null sends the call once */
  write<I extends DescMessage, O extends DescMessage>(
    method: UnaryMethod<I, O>,
    init: MessageInitShape<I>,
    { idempotencyKey, scope }: { idempotencyKey: string; scope: CallScope },
    isRetryable: IsRetryable | null,
  ): Promise<UnaryResponse<O>> {
    const bytes = encoded(method.input, init);
    return inSpan(
      () => callSpan(method),
      () =>
        this.#calls.write(scope, isRetryable, (signal, remaining) => {
          const deadline = Date.now() + remaining;
          return this.#attempt(method, bytes, { scope, signal, deadline, idempotencyKey });
        }),
    );
  }

  /** Obtains a token and a connection. Rejects with an error that says that nothing was sent. */
  ready(scope: CallScope): Promise<void> {
    return this.#calls
      .prepare(scope, async (signal) => {
        const connected = this.#breaker.prepare(signal, () =>
          this.#channel.ready(signal).catch((error: unknown) => {
            throw translated(error, undefined);
          }),
        );
        await Promise.all([this.#credential.token(signal), connected]);
      })
      .catch((error: unknown) => {
        throw asNotSent(error);
      });
  }

  /** Why the host cannot be used, or null. Connects, but calls nothing. */
  async problem(): Promise<string | null> {
    if (this.#breaker.isOpen) return breakerOpen;
    const signal = AbortSignal.timeout(CONNECT_MS);
    return this.#channel.ready(signal).then(
      () => null,
      () => unreachable,
    );
  }

  close(): void {
    this.#channel.close();
  }

  /** Sends the call, once more when the host rejects the token and another can be had. */
  async #attempt<O extends DescMessage>(
    method: UnaryMethod<DescMessage, O>,
    bytes: Buffer,
    sent: Sent,
  ): Promise<UnaryResponse<O>> {
    for (let rejection: GatewayError | null = null; ; ) {
      const token =
        this.#credential.current?.() ??
        (await this.#credential.token(sent.signal).catch((error: unknown) => {
          throw rejection ?? asNotSent(error);
        }));
      try {
        return await this.#send(method, bytes, token, sent);
      } catch (error) {
        const isRejected = error instanceof GatewayError && error.code === 'UNAUTHENTICATED';
        if (!isRejected || rejection || !this.#credential.invalidate(token)) throw error;
        rejection = error;
      }
    }
  }

  async #send<O extends DescMessage>(
    method: UnaryMethod<DescMessage, O>,
    bytes: Buffer,
    token: string,
    { scope, signal, deadline, idempotencyKey }: Sent,
  ): Promise<UnaryResponse<O>> {
    const requestId = randomUUID();
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    metadata.set('x-client-request-id', requestId);
    metadata.set('x-client-trace-id', scope.requestId);
    if (idempotencyKey) metadata.set('idempotency-key', idempotencyKey);
    const response = await this.#breaker.run(signal, () =>
      observed(this.#observation, method, (span) => {
        if (span) {
          for (const [key, value] of Object.entries(traceHeaders())) metadata.set(key, value);
        }
        return this.#channel.unary({ method, bytes, signal, deadline, metadata }).then(
          (received) => {
            setStatus(span, status.OK);
            return received;
          },
          (error: unknown) => {
            if (isServiceError(error)) setStatus(span, error.code);
            throw translated(error, requestId);
          },
        );
      }),
    );
    const { dropped } = response;
    if (dropped.length > 0) this.#log?.warn({ method: nameOf(method), dropped }, INVALID_STRINGS);
    return response;
  }
}

type Named = Pick<UnaryMethod<DescMessage, DescMessage>, 'name' | 'parent'>;

function nameOf({ name, parent }: Named): string {
  return `${parent.name}.${name}`;
}

/** The call with its wait and its attempts, which are spans of their own. */
function callSpan(method: Named) {
  return { name: `billing ${nameOf(method)}` };
}

const INVALID_STRINGS = 'billing API returned strings that are not UTF-8, leaving them out';

function translated(error: unknown, requestId: string | undefined): unknown {
  return isServiceError(error) ? billingError(error, requestId) : error;
}

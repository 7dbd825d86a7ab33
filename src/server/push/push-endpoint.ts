import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { finished } from 'node:stream';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';
import { AuthenticationFailures } from '../auth/failures.ts';
import type { VerifyPushToken } from '../auth/push-token.ts';
import { errorBody } from '../graphql/public-error.ts';

/** The largest request body in bytes. */
const MAX_BODY = 1_000_000;

export interface PushOptions {
  /** Stores the message of a push. Rejects with GatewayError UNAVAILABLE when a retry may succeed. */
  readonly receive: (body: Uint8Array, headers: IncomingHttpHeaders) => Promise<void>;
  /** Null accepts pushes without a token; a proxy in front of the gateway must then authenticate. */
  readonly verify: VerifyPushToken | null;
}

/** Responds to one request. Never rejects. */
export type PushEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) => Promise<void>;

/**
 * Receives Pub/Sub pushes (https://cloud.google.com/pubsub/docs/push). Responds 204 once a message is
 * stored, even when it is unreadable: any other status makes Pub/Sub deliver it again until its
 * retention ends.
 */
export function createPushEndpoint(options: PushOptions & { readonly log: Logger }): PushEndpoint {
  const { receive, verify, log } = options;
  const failures = new AuthenticationFailures('push', 'push refused: invalid token', log);
  return async (request, response, requestId) => {
    const refuse = (refusal: Refusal): void => {
      const { status, code, message, headers } = refusal;
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(errorBody(code, message, requestId));
    };
    try {
      if (request.method !== 'POST') return refuse(refusals.method);
      const problem = verify && (await verify(request.headers.authorization));
      if (problem !== null) {
        failures.record(problem);
        return refuse(refusals.token);
      }
      const body = await readBody(request);
      if (body === null) {
        log.warn({ requestId }, 'push too large; Pub/Sub will repeat it until its retention ends');
        return refuse(refusals.tooLarge);
      }
      if (body.length === 0 && !hasMessageId(request)) return refuse(refusals.empty);
      await receive(body, request.headers);
      response.writeHead(204).end();
    } catch (error) {
      if (isAborted(request)) return;
      log.error({ requestId, err: error }, 'push not stored');
      refuse(failureOf(error));
    }
  };
}

/** An unwrapped message may have an empty body. */
function hasMessageId({ headers }: IncomingMessage): boolean {
  return headers['x-goog-pubsub-message-id'] !== undefined;
}

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers?: OutgoingHttpHeaders;
}

const refusals = {
  method: {
    status: 405,
    code: 'BAD_USER_INPUT',
    message: 'Use POST.',
    headers: { allow: 'POST' },
  },
  token: {
    status: 401,
    code: 'UNAUTHENTICATED',
    message: 'The bearer token is missing or invalid.',
    headers: { 'www-authenticate': 'Bearer' },
  },
  tooLarge: {
    status: 413,
    code: 'BAD_USER_INPUT',
    message: `The body is longer than ${MAX_BODY} bytes.`,
  },
  empty: { status: 400, code: 'BAD_USER_INPUT', message: 'The body is empty.' },
} as const satisfies Record<string, Refusal>;

function failureOf(error: unknown): Refusal {
  if (error instanceof GatewayError && error.code === 'UNAVAILABLE') {
    return { status: 503, code: 'UNAVAILABLE', message: error.message };
  }
  return {
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The gateway failed to store the message.',
  };
}

/** Whether the sender disconnected before its request was read. */
function isAborted(request: IncomingMessage): boolean {
  return request.destroyed && !request.readableEnded;
}

/** Resolves with null when the body is too large; the rest is then discarded as it arrives. */
function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    finished(request, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks))));
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      resolve(null);
    });
  });
}

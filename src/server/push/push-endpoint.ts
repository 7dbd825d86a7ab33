import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { finished } from 'node:stream';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';
import type { VerifyPushToken } from '../auth/push-token.ts';
import { errorBody } from '../graphql/public-error.ts';

/** The largest request body, in bytes. */
const MAX_BODY = 1_000_000;

export interface PushOptions {
  /** Stores the message of a push. Rejects with GatewayError UNAVAILABLE when a retry may succeed. */
  readonly receive: (body: Uint8Array, headers: IncomingHttpHeaders) => Promise<void>;
  /** Null when anybody may push: then something before the gateway has to see to it. */
  readonly verify: VerifyPushToken | null;
}

/** Answers one request. Never rejects. */
export type PushEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) => Promise<void>;

/**
 * Takes in what Pub/Sub pushes (https://cloud.google.com/pubsub/docs/push). It is acknowledged with 204 once it is
 * kept, however unreadable: everything else makes the sender repeat it until its retention ends.
 */
export function createPushEndpoint(options: PushOptions & { readonly log: Logger }): PushEndpoint {
  const { receive, verify, log } = options;
  return async (request, response, requestId) => {
    const refuse = (refusal: Refusal): void => {
      const { status, code, message, headers } = refusal;
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(errorBody(code, message, requestId));
    };
    try {
      if (request.method !== 'POST') return refuse(refusals.method);
      const reason = verify && (await verify(request.headers.authorization));
      if (reason !== null) {
        log.info({ requestId, reason }, 'a push was refused');
        return refuse(refusals.token);
      }
      const body = await readBody(request);
      if (body === null) {
        log.warn({ requestId }, 'a push is too large: it will come until its retention ends');
        return refuse(refusals.tooLarge);
      }
      if (body.length === 0 && !hasMessageId(request)) return refuse(refusals.empty);
      await receive(body, request.headers);
      response.writeHead(204).end();
    } catch (error) {
      if (isAborted(request)) return;
      log.error({ requestId, err: error }, 'a push was not kept');
      refuse(failureOf(error));
    }
  };
}

/** An unwrapped message may be empty, and is one all the same. */
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
    message: 'Only POST is served.',
    headers: { allow: 'POST' },
  },
  token: {
    status: 401,
    code: 'UNAUTHENTICATED',
    message: 'The bearer token is missing or not the right one.',
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
  return { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'The gateway failed.' };
}

/** The sender went away before its request was read: nobody is left to be answered. */
function isAborted(request: IncomingMessage): boolean {
  return request.destroyed && !request.readableEnded;
}

/** Resolves with null when it is too large; the rest of it is then thrown away as it comes. */
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

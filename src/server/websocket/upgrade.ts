import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';
import { type OriginPolicy, originRefusal } from '../auth/origin.ts';
import { errorBody } from '../graphql/public-error.ts';
import { requestIdFrom } from '../graphql/request-context.ts';
import { hasValidHost, pathOf } from '../request-target.ts';
import { RequestRecord } from '../telemetry/request-record.ts';

/** Why a socket is not opened. */
interface UpgradeRefusal {
  readonly status: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What decides whether a socket is opened. */
export interface UpgradePolicy {
  readonly path: string;
  readonly origins: OriginPolicy;
  /** Aborts at shutdown. */
  readonly shutdown: AbortSignal;
}

export function upgradeRefusal(
  request: IncomingMessage,
  { path, origins, shutdown }: UpgradePolicy,
): UpgradeRefusal | null {
  const message = originRefusal(request, origins);
  if (message !== null) return { status: '403 Forbidden', code: 'FORBIDDEN', message };
  if (!hasValidHost(request)) {
    const malformed = 'The Host header is malformed.';
    return { status: '400 Bad Request', code: 'BAD_USER_INPUT', message: malformed };
  }
  if (pathOf(request) !== path) {
    return {
      status: '404 Not Found',
      code: 'NOT_FOUND',
      message: `WebSockets are served at ${path}.`,
    };
  }
  if (!shutdown.aborted) return null;
  const stopping = 'The gateway is shutting down.';
  return { status: '503 Service Unavailable', code: 'UNAVAILABLE', message: stopping };
}

/** Responds to an upgrade request and closes the connection. */
export function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  refusal: UpgradeRefusal,
  log: Logger,
): void {
  const requestId = requestIdFrom(request.headers['x-request-id']);
  const record = new RequestRecord({ requestId, transport: 'WS', log });
  record.refused(refusal.code, refusal.message);
  record.end({ status: Number.parseInt(refusal.status, 10) });
  const body = errorBody(refusal.code, refusal.message, requestId);
  const head = [
    `HTTP/1.1 ${refusal.status}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

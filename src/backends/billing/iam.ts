import { Metadata, status } from '@grpc/grpc-js';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { GatewayError } from '../../domain/error.ts';
import { inSpan, type Span, traceHeaders } from '../../domain/tracing.ts';
import { IamTokenService } from '../../gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import type { IssuedToken } from '../credentials/refreshing.ts';
import { attemptSpan, serverOf, setStatus } from './attempt-span.ts';
import { Channel, type ConnectionTimes } from './channel.ts';
import type { ConnectionTarget } from './connection.ts';
import { isServiceError } from './errors.ts';
import { GrpcFailure } from './grpc-failure.ts';
import { toDate } from './mapping.ts';
import { encoded } from './unary.ts';

const EXCHANGE_TIMEOUT_MS = 5_000;
/** Used when the response has no expires_at: IAM documents hourly renewal. */
const DEFAULT_LIFETIME_MS = 3_600_000;

/** The key itself is invalid, so a retry would fail too. */
const keyRejections: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.UNAUTHENTICATED,
]);

/**
 * Exchanges a service account's JWT for an IAM token (IamTokenService/Create). Exchanges are rare, so
 * each one opens and closes its own channel. Rejects with a GatewayError, which is not retryable when
 * IAM rejects the key, or with the signal's reason.
 */
export function iamExchange(target: ConnectionTarget, connections?: ConnectionTimes) {
  return async (jwt: string, signal: CancelSignal): Promise<IssuedToken> => {
    const channel = new Channel(target, connections);
    try {
      const method = IamTokenService.method.create;
      const bytes = encoded(method.input, { identity: { case: 'jwt', value: jwt } });
      const deadline = Date.now() + EXCHANGE_TIMEOUT_MS;
      const { message } = await inSpan(
        () => ({ ...attemptSpan(method, serverOf(target.address)), kind: 'CLIENT' }),
        async (span) => {
          const metadata = new Metadata();
          for (const [key, value] of Object.entries(traceHeaders())) metadata.set(key, value);
          return observedStatus(span, channel.unary({ method, bytes, metadata, signal, deadline }));
        },
      );
      if (message.iamToken === '') throw iamFailure('IAM returned an empty token.', true);
      const fallback = new Date(Date.now() + DEFAULT_LIFETIME_MS);
      return { token: message.iamToken, expiresAt: toDate(message.expiresAt) ?? fallback };
    } catch (error) {
      if (!isServiceError(error)) throw error;
      throw iamFailure(
        'The IAM token request failed.',
        !keyRejections.has(error.code),
        new GrpcFailure(error),
      );
    } finally {
      channel.close();
    }
  };
}

async function observedStatus<T>(span: Span | null, call: Promise<T>): Promise<T> {
  try {
    const response = await call;
    setStatus(span, status.OK);
    return response;
  } catch (error) {
    if (isServiceError(error)) setStatus(span, error.code);
    throw error;
  }
}

function iamFailure(message: string, retryable: boolean, cause?: unknown): GatewayError {
  return new GatewayError('UNAVAILABLE', message, { service: 'billing', retryable, cause });
}

import { z } from 'zod';
import { GatewayError } from '../../domain/error.ts';
import { ConnectFailure, explained, publicReason } from '../network/failures.ts';
import { UNAVAILABLE } from './error-rules.ts';
import { HttpFailure } from './errors.ts';

class ConnectionFailure extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super('the connection to the reseller API failed', { cause });
    this.name = 'ConnectionFailure';
    this.code = z.object({ code: z.string() }).safeParse(cause).data?.code ?? '';
  }
}

/** The error for a failed connection; a rejected certificate or a closed pool is not retryable. */
export function connectionError(problem: unknown): GatewayError {
  const known = explained(problem, 'the reseller API', 'RESELLER_TLS_CERT_FILE');
  const cause = new ConnectionFailure(known);
  const reason = publicReason(known);
  const message =
    reason === null ? UNAVAILABLE.message : `The reseller API is unavailable: ${reason}.`;
  return new GatewayError('UNAVAILABLE', message, {
    service: 'reseller',
    retryable:
      known instanceof ConnectFailure
        ? known.retryable
        : !/^UND_ERR_(CLOSED|DESTROYED|INVALID_ARG)$/.test(cause.code),
    nothingSent: isNeverSent(cause.code),
    cause,
  });
}

/** Whether the failed call may have been applied because only its response was lost. */
export function mayHaveBeenApplied(error: GatewayError): boolean {
  const { cause } = error;
  if (cause instanceof HttpFailure) return [408, 500, 502, 504].includes(cause.status);
  if (cause instanceof ConnectionFailure) return !error.nothingSent;
  return error.code === 'DEADLINE_EXCEEDED';
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_INVALID_ARG',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'PROXY_UNREACHABLE',
  'PROXY_REFUSED',
]);

/**
 * A server certificate is verified before the request is sent. An alert from the server (ERR_SSL_*)
 * can arrive after it: in TLS 1.3 the client sends before the server has verified its certificate.
 */
function isNeverSent(code: string): boolean {
  return neverSent.has(code) || (/CERT|ALTNAME/.test(code) && !code.startsWith('ERR_SSL_'));
}

import type { ServiceError } from '@grpc/grpc-js';
import { vendorText } from '../../domain/sensitive-text.ts';
import { ConnectFailure } from '../network/failures.ts';

/**
 * A failed gRPC call, for the log and for decisions by its status. Unlike grpc-js's error, it has no
 * metadata, which repeats the vendor's text in bytes.
 */
export class GrpcFailure extends Error {
  /** The gRPC status code. */
  readonly code: number;
  /** The vendor's text without credentials and personal data. */
  readonly details: string;

  constructor({ code, details, cause }: Pick<ServiceError, 'code' | 'details' | 'cause'>) {
    const text = vendorText(details);
    // Its text is the gateway's own.
    const known = cause instanceof ConnectFailure ? { cause } : {};
    super(`gRPC status ${code}: ${text}`, known);
    this.name = 'GrpcFailure';
    this.code = code;
    this.details = text;
  }
}

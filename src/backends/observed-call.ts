import { type BackendName, type ErrorCode, GatewayError } from '../domain/error.ts';
import { backendCallEnded } from '../domain/telemetry.ts';

export interface ObservedCall<T> {
  readonly service: BackendName;
  /** One of a bounded number of names. */
  readonly method: string;
  /** The code of the failure that a response reports; null when it is a success. */
  readonly codeOf?: (response: T) => ErrorCode | null;
}

/** Sends one call, and publishes how it ended. */
export async function observed<T>(
  { service, method, codeOf }: ObservedCall<T>,
  send: () => Promise<T>,
): Promise<T> {
  if (!backendCallEnded.isObserved) return send();
  const startedAt = performance.now();
  const publish = (code: ErrorCode | 'OK' | 'ABORTED'): void => {
    const durationMs = performance.now() - startedAt;
    backendCallEnded.publish({ service, method, code, durationMs });
  };
  try {
    const response = await send();
    publish(codeOf?.(response) ?? 'OK');
    return response;
  } catch (error) {
    publish(error instanceof GatewayError ? error.code : 'ABORTED');
    throw error;
  }
}

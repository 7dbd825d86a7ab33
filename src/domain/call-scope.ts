import type { CancelSignal } from './cancellation.ts';
/**
 * Identifies one request, or one event of a subscription, to the queues in front of the backends,
 * which are fair between viewers and between the requests of a viewer.
 */
export interface RequestLane {
  /** The viewer's subject. */
  readonly viewer: string;
  /** Only requests count against the bounds of a queue: a client can send them at any rate. */
  readonly type: 'REQUEST' | 'EVENT';
}

/** The request that a backend call belongs to. The call is aborted when the request ends. */
export interface CallScope {
  /** Aborts when the client disconnects or the request's deadline passes. */
  readonly signal: CancelSignal;
  /** The gateway's request id; sent upstream as the trace id. */
  readonly requestId: string;
  /** Undefined for calls that the gateway makes for itself. */
  readonly lane?: RequestLane | undefined;
  /**
   * Counts a backend call against the limit of the request; absent for the gateway's own work.
   * @throws GatewayError BAD_USER_INPUT when the request makes too many calls
   */
  countCall?(): void;
}

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as it aborts.
 * @param onEnd called once, before it settles
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: CancelSignal,
  onEnd: () => void = nothing,
): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    onEnd();
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      onEnd();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => {
        if (signal.aborted) return;
        signal.removeEventListener('abort', onAbort);
        onEnd();
        resolve(value);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        signal.removeEventListener('abort', onAbort);
        onEnd();
        reject(error);
      },
    );
  });
}

function nothing(): void {}

/** Resolves after `ms` milliseconds, or rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal: CancelSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return abortable(elapsed, signal).finally(() => clearTimeout(timer));
}

/** How the promise settles in this turn of the event loop; null when it does not. */
export async function settledSoon<T>(promise: Promise<T>): Promise<PromiseSettledResult<T> | null> {
  const soon = new Promise<null>((resolve) => setImmediate(resolve, null));
  const settled = Promise.allSettled([promise]).then(([result]) => result);
  return Promise.race([settled, soon]);
}

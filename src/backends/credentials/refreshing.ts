import { abortable } from '../../domain/call-scope.ts';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../../domain/error.ts';
import {
  activeSpan,
  inNewTrace,
  inSpan,
  type SpanOptions,
  type TraceContext,
} from '../../domain/tracing.ts';
import { Breaker } from '../breaker.ts';
import { withDeadline } from '../call.ts';
import type { BackendLog } from '../log.ts';
import type { Credential } from './credential.ts';

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface RefreshingCredentialOptions {
  /** The backend that the token is for; errors name it. */
  readonly service: BackendName;
  /** Requests a new token. A GatewayError that is not retryable means that the key was rejected. */
  readonly issue: (signal: CancelSignal) => Promise<IssuedToken>;
  readonly log?: BackendLog | undefined;
}

/** Deadline of one token request. */
const TIMEOUT_MS = 5_000;
/** Minimum time between token requests after a failed refresh or a rejected token or key. */
const MIN_INTERVAL_MS = 10_000;
/** A token is refreshed after this share of its lifetime, and after an hour at the latest. */
const REFRESH_AFTER = 0.75;
const REFRESH_AFTER_MS = 3_600_000;
/** A token is not used just before it expires: the call takes time, and clocks differ. */
const EXPIRY_MARGIN = 0.1;
const EXPIRY_MARGIN_MS = 30_000;

/** A token request serves many callers, so none of them aborts it. */
const never = new AbortController().signal;

interface CachedToken {
  readonly token: string;
  readonly refreshAt: number;
  readonly usableUntil: number;
}

interface Refresh {
  readonly result: Promise<CachedToken>;
  /** The span of the caller that started it. */
  readonly trace: TraceContext | null;
}

/**
 * Caches a token and refreshes it in the background before it expires. At most one token request is
 * in flight; a caller that aborts does not cancel it for the others. `token` rejects with
 * UNAVAILABLE when no token can be obtained.
 */
export class RefreshingCredential implements Credential {
  readonly #options: RefreshingCredentialOptions;
  readonly #breaker: Breaker;
  readonly #span: SpanOptions;
  #cached: CachedToken | null = null;
  #refresh: Refresh | null = null;
  /** Earliest times of the next background refresh and of the next refresh after a rejected token. */
  #nextRefreshAt = 0;
  #nextForcedRefreshAt = 0;
  /** Calls fail with `error` until then, without another token request. */
  #rejectedKey: { readonly error: GatewayError; readonly until: number } | null = null;

  constructor(options: RefreshingCredentialOptions) {
    const { service, log } = options;
    this.#options = options;
    this.#span = { name: `${service} token` };
    this.#breaker = new Breaker({ service, host: 'token endpoint', log });
  }

  current(): string | null {
    const cached = this.#cached;
    const now = Date.now();
    if (!cached || now >= cached.usableUntil) return null;
    if (now >= Math.max(cached.refreshAt, this.#nextRefreshAt)) this.#refreshInBackground(now);
    return cached.token;
  }

  async token(signal: CancelSignal): Promise<string> {
    signal.throwIfAborted();
    const current = this.current();
    if (current !== null) return current;
    if (this.#rejectedKey && Date.now() < this.#rejectedKey.until) throw this.#rejectedKey.error;
    return this.#nextToken(signal);
  }

  invalidate(token: string): boolean {
    // Another call already invalidated this token.
    if (this.#cached?.token !== token) return true;
    const now = Date.now();
    if (now < this.#nextForcedRefreshAt) return false;
    this.#nextForcedRefreshAt = now + MIN_INTERVAL_MS;
    this.#cached = null;
    return true;
  }

  #nextToken(signal: CancelSignal): Promise<string> {
    return inSpan(this.#span, async (span) => {
      // The token request is in the trace of the first caller that waits for it.
      if (this.#refresh?.trace) span?.link(this.#refresh.trace);
      return (await abortable(this.#startRefresh(), signal)).token;
    });
  }

  #refreshInBackground(now: number): void {
    this.#nextRefreshAt = now + MIN_INTERVAL_MS;
    const { service, log } = this.#options;
    inNewTrace(this.#span, () => this.#startRefresh()).catch(() =>
      log?.debug({ service }, 'token refresh failed, using the current token'),
    );
  }

  #startRefresh(): Promise<CachedToken> {
    this.#refresh ??= {
      trace: activeSpan()?.context ?? null,
      result: this.#breaker
        .run(never, () => this.#issue())
        .finally(() => {
          this.#refresh = null;
        }),
    };
    return this.#refresh.result;
  }

  async #issue(): Promise<CachedToken> {
    const { service, issue, log } = this.#options;
    try {
      const issued = await withDeadline(never, TIMEOUT_MS, service, (signal) => issue(signal));
      this.#cached = toCachedToken(issued);
      return this.#cached;
    } catch (cause) {
      const retryable = !(cause instanceof GatewayError) || cause.retryable;
      const message = `The gateway cannot authenticate to the ${service} API.`;
      const error = new GatewayError('UNAVAILABLE', message, { service, retryable, cause });
      log?.warn({ err: cause, service, retryable }, 'token request failed');
      if (!retryable) this.#rejectedKey = { error, until: Date.now() + MIN_INTERVAL_MS };
      throw error;
    }
  }
}

/** A new token is used for at least MIN_INTERVAL_MS, because the local clock may be wrong. */
function toCachedToken({ token, expiresAt }: IssuedToken): CachedToken {
  const now = Date.now();
  const lifetime = expiresAt.getTime() - now;
  const usable = lifetime - Math.min(EXPIRY_MARGIN_MS, lifetime * EXPIRY_MARGIN);
  return {
    token,
    refreshAt:
      now + Math.min(REFRESH_AFTER_MS, Math.max(MIN_INTERVAL_MS, lifetime * REFRESH_AFTER)),
    usableUntil: now + Math.max(MIN_INTERVAL_MS, usable),
  };
}

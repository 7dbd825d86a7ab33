import { abortable } from '../../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../../domain/error.ts';
import { withDeadline } from '../call.ts';
import type { Credential } from './credential.ts';

/** A token as its issuer gave it. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface RefreshingCredentialOptions {
  /** The backend that the token is for; failures are told in its name. */
  readonly service: BackendName;
  /** Asks for a new token. A GatewayError that is not retryable stands for a key that is refused. */
  readonly issue: (signal: AbortSignal) => Promise<IssuedToken>;
  /** How long one request for a token may take. */
  readonly timeoutMs?: number | undefined;
  /** The least time between two tokens asked for because of a refusal, or of a refused key. */
  readonly minIntervalMs?: number | undefined;
  readonly log?: { warn(detail: object, message: string): void } | undefined;
}

const TIMEOUT_MS = 10_000;
const MIN_INTERVAL_MS = 10_000;
/** A token is renewed after this share of its life, and at the latest after an hour. */
const RENEW_AFTER = 0.75;
const RENEW_AFTER_MS = 3_600_000;
/** A token is not used for the last moments of its life: the call takes time, and clocks differ. */
const MARGIN = 0.1;
const MARGIN_MS = 30_000;

interface Held {
  readonly token: string;
  readonly renewAt: number;
  readonly usableUntil: number;
}

/**
 * Keeps a token and renews it ahead of its end, in the background of the calls that still use the
 * old one. There is never more than one request for a token under way; callers that wait for it may
 * leave, it goes on for the others. A failure is UNAVAILABLE of the backend.
 */
export class RefreshingCredential implements Credential {
  readonly #options: RefreshingCredentialOptions;
  readonly #minIntervalMs: number;
  #held: Held | null = null;
  #renewal: Promise<Held> | null = null;
  /** When a renewal in the background, or one because of a refusal, may be next. */
  #renewAgainAt = 0;
  #forceAgainAt = 0;
  /** The key was refused: until then it will be refused again. */
  #keyRefused: { readonly error: GatewayError; readonly until: number } | null = null;

  constructor(options: RefreshingCredentialOptions) {
    this.#options = options;
    this.#minIntervalMs = options.minIntervalMs ?? MIN_INTERVAL_MS;
  }

  async token(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const held = this.#held;
    const now = Date.now();
    if (held && now < held.usableUntil) {
      if (now >= Math.max(held.renewAt, this.#renewAgainAt)) this.#renewInBackground(now);
      return held.token;
    }
    if (this.#keyRefused && now < this.#keyRefused.until) throw this.#keyRefused.error;
    return (await abortable(this.#renew(), signal)).token;
  }

  refused(token: string): boolean {
    // Another call was refused before: its new token is there or on its way.
    if (this.#held?.token !== token) return true;
    const now = Date.now();
    if (now < this.#forceAgainAt) return false;
    this.#forceAgainAt = now + this.#minIntervalMs;
    this.#held = null;
    return true;
  }

  #renewInBackground(now: number): void {
    this.#renewAgainAt = now + this.#minIntervalMs;
    const { service, log } = this.#options;
    this.#renew().catch((err: unknown) => log?.warn({ err, service }, 'token not renewed yet'));
  }

  #renew(): Promise<Held> {
    this.#renewal ??= this.#issue().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #issue(): Promise<Held> {
    const { service, issue, timeoutMs = TIMEOUT_MS } = this.#options;
    const never = new AbortController().signal;
    try {
      const issued = await withDeadline(never, timeoutMs, service, (signal) => issue(signal));
      this.#held = hold(issued, this.#minIntervalMs);
      return this.#held;
    } catch (cause) {
      const retryable = !(cause instanceof GatewayError) || cause.retryable;
      const message = `The gateway cannot sign in to the ${service} API.`;
      const error = new GatewayError('UNAVAILABLE', message, { service, retryable, cause });
      if (!retryable) this.#keyRefused = { error, until: Date.now() + this.#minIntervalMs };
      throw error;
    }
  }
}

/** However short its life by this clock, a token is used for a moment: the clock may be wrong. */
function hold({ token, expiresAt }: IssuedToken, leastMs: number): Held {
  const now = Date.now();
  const life = expiresAt.getTime() - now;
  const usable = life - Math.min(MARGIN_MS, life * MARGIN);
  return {
    token,
    renewAt: now + Math.min(RENEW_AFTER_MS, Math.max(leastMs, life * RENEW_AFTER)),
    usableUntil: now + Math.max(leastMs, usable),
  };
}

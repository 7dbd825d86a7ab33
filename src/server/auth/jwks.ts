import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';

/** Accepted difference between the clocks of the issuer and the gateway, in seconds. */
export const CLOCK_TOLERANCE = 30;

const FETCH_TIMEOUT_MS = 5_000;
/** Age at which the next token starts a fetch, without waiting for it. */
const REFRESH_AFTER_MS = 300_000;
/** Age at which tokens wait shortly for a fetch: the issuer may have revoked a key since. */
const WAIT_AFTER_MS = 600_000;
const WAIT_MS = 1_000;
/** Minimum time between two fetches while there are keys: after a failure, and for an unknown key id. */
const RETRY_AFTER_MS = 30_000;
const UNKNOWN_KEY_PAUSE_MS = 10_000;
/** Without keys, the second failure in a row is followed by this pause, and each later one by more. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/** What the gateway needs of the global fetch. */
export type FetchKeys = (
  url: string,
  init: {
    readonly headers: Record<string, string>;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<Pick<Response, 'status' | 'json'> & { readonly body: KeysBody | null }>;

interface KeysBody {
  cancel(): Promise<void>;
}

export interface RemoteKeysOptions {
  readonly jwksUrl: string;
  /** How long keys are used after the last fetch that succeeded, in milliseconds. */
  readonly maxStaleMs: number;
  readonly fetch: FetchKeys;
  readonly log: Logger;
}

/**
 * The public keys of an issuer. They are fetched for the first token, and again in the background while
 * tokens arrive. While they cannot be fetched, the last known ones remain in use. A token with an
 * unknown key id causes a fetch at most every 10 seconds, whatever becomes of the fetch. Rejects with
 * GatewayError UNAVAILABLE when the keys are not known.
 */
export function remoteKeys(options: RemoteKeysOptions): JWTVerifyGetKey {
  const source = new KeySource(options);
  return async (header, token) => {
    const keys = await source.keys();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await source.newerKeys(error))(header, token);
    }
  };
}

type Keys = ReturnType<typeof createLocalJWKSet>;

/** When the last fetch began, by the monotonic clock, and what became of it. */
interface Attempt {
  readonly startedAt: number;
  readonly done: Promise<void>;
  outcome: 'PENDING' | 'SUCCEEDED' | 'FAILED';
}

class KeySource {
  readonly #options: RemoteKeysOptions;
  #known: { readonly keys: Keys; readonly fetchedAt: number } | null = null;
  #attempt: Attempt | null = null;
  #failures = 0;
  #cause: unknown = null;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /** @throws GatewayError UNAVAILABLE */
  async keys(): Promise<Keys> {
    const age = this.#age();
    if (age >= this.#options.maxStaleMs || !this.#known) return this.#firstKeys();
    if (age >= REFRESH_AFTER_MS) {
      const { startedAt, done } = this.#fetch(RETRY_AFTER_MS);
      const left = startedAt + WAIT_MS - performance.now();
      if (age >= WAIT_AFTER_MS && left > 0) await within(done, left);
    }
    return this.#known.keys;
  }

  /**
   * Keys that were fetched after the known ones.
   * @param unknown thrown when the issuer has no such key
   */
  async newerKeys(unknown: Error): Promise<Keys> {
    const before = this.#known;
    const attempt = this.#fetch(UNKNOWN_KEY_PAUSE_MS);
    await attempt.done;
    if (attempt.outcome === 'FAILED') throw this.#unavailable();
    if (!this.#known || this.#known === before) throw unknown;
    return this.#known.keys;
  }

  async #firstKeys(): Promise<Keys> {
    const pause = FIRST_PAUSE_MS * 2 ** (this.#failures - 2);
    const attempt = this.#fetch(this.#failures < 2 ? 0 : Math.min(MAX_PAUSE_MS, pause));
    await attempt.done;
    if (!this.#known || this.#age() >= this.#options.maxStaleMs) throw this.#unavailable();
    return this.#known.keys;
  }

  #age(): number {
    return this.#known ? performance.now() - this.#known.fetchedAt : Number.POSITIVE_INFINITY;
  }

  /** The fetch that is running, or the last one when it began less than `pauseMs` ago; else a new one. */
  #fetch(pauseMs: number): Attempt {
    const last = this.#attempt;
    if (last?.outcome === 'PENDING') return last;
    const startedAt = performance.now();
    if (last && startedAt - last.startedAt < pauseMs) return last;
    const fetching = fetchKeys(this.#options);
    const attempt: Attempt = {
      startedAt,
      outcome: 'PENDING',
      done: fetching.then(
        (keys) => {
          attempt.outcome = 'SUCCEEDED';
          this.#known = { keys, fetchedAt: startedAt };
          this.#failures = 0;
        },
        (cause: unknown) => {
          attempt.outcome = 'FAILED';
          this.#cause = cause;
          this.#failures++;
          this.#options.log.warn({ err: cause }, 'public keys of the token issuer not fetched');
        },
      ),
    };
    this.#attempt = attempt;
    return attempt;
  }

  #unavailable(): GatewayError {
    const message = "The token issuer's public keys cannot be fetched; try again later.";
    return new GatewayError('UNAVAILABLE', message, { retryable: true, cause: this.#cause });
  }
}

async function fetchKeys({ jwksUrl, fetch }: RemoteKeysOptions): Promise<Keys> {
  const response = await fetch(jwksUrl, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the token issuer answered with status ${response.status}`);
  }
  // Rejects what is not a key set.
  return createLocalJWKSet((await response.json()) as JSONWebKeySet);
}

async function within(done: Promise<void>, ms: number): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([done, timeout.promise]);
  clearTimeout(timer);
}

/** The token of an `Authorization: Bearer` header; null when it has none. RFC 6750. */
export function bearerToken(authorization: string | null | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

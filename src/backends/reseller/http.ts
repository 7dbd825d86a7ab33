import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { CancelSignal } from '../../domain/cancellation.ts';
import type { BackendLog } from '../log.ts';
import type { Egress } from '../network/egress.ts';
import { type HttpResponse, invalidResponse, resellerError } from './errors.ts';
import { type RawResponse, transfer } from './transfer.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request; `path` starts with a slash and is sent unchanged. */
export interface HttpRequest {
  readonly method: Method;
  readonly path: string;
  /** The type of the body, if there is one. */
  readonly contentType?: string | undefined;
  readonly body?: string | undefined;
}

/** The headers of every request: names and values in turn, as undici takes them. */
export const commonHeaders: readonly string[] = [
  ...['accept', 'application/json', 'accept-encoding', 'gzip'],
  // Google compresses only when the User-Agent contains gzip too.
  ...['user-agent', 'reseller-gateway (gzip)'],
];

/** A page of 100 subscriptions is about 150 kB, so a batch of 100 pages fits. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/**
 * Compressed bodies up to this length whose text has at most this length are inflated on the event
 * loop: the way to the thread pool and back takes longer, and keeps the memory of each inflation until
 * a full collection.
 */
const SHORT_BODY_BYTES = 32 * 1024;
const SHORT_TEXT_BYTES = 512 * 1024;
/** The last bytes of a gzip stream: the length of its text, as a number (RFC 1952, ISIZE). */
const LENGTH_BYTES = 4;
const KEEP_ALIVE_MS = 30_000;

/** The code of an error of zlib: the text is longer than allowed. */
const TOO_LONG = 'ERR_BUFFER_TOO_LARGE';

const inflate = promisify(gunzip);

/** Keep-alive pools of at most `connections` sockets each to the endpoint's host. */
export class Pools {
  readonly #open: () => Pool;
  readonly #retired = new Set<Pool>();
  #current: Pool;

  constructor(endpoint: URL, connections: number, egress: Egress) {
    this.#open = () => openPool(endpoint, connections, egress);
    this.#current = this.#open();
  }

  get current(): Pool {
    return this.#current;
  }

  /** Opens new sockets for later calls: those that are idle may be dead. Calls in flight continue. */
  renew(): void {
    const pool = this.#current;
    this.#current = this.#open();
    this.#retired.add(pool);
    const forget = (): void => void this.#retired.delete(pool);
    pool.close().then(forget, forget);
  }

  /** Closes all sockets; calls in flight fail with UNAVAILABLE. */
  async destroy(): Promise<void> {
    await Promise.all([this.#current, ...this.#retired].map((pool) => pool.destroy()));
  }
}

function openPool(endpoint: URL, connections: number, { connect }: Egress): Pool {
  return new Pool(endpoint.origin, {
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // With one call per socket, `connections` bounds the calls in flight and an abort frees a socket.
    allowH2: false,
    connect,
    // Every call has its own deadline, which covers all phases.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Sends a request and returns the whole response with any status. An abort frees the socket in every
 * phase. Throws UNAVAILABLE when the connection fails, INTERNAL_SERVER_ERROR when the body is too
 * large or cannot be decoded, and the signal's reason when it aborts.
 * @param headers names and values in turn
 */
export function exchange(
  pool: Pool,
  { method, path, body }: HttpRequest,
  headers: string[],
  signal: CancelSignal,
): Promise<HttpResponse> {
  const request = { method, path, headers, body: body ?? null };
  return transfer(pool, request, signal, MAX_BODY_BYTES, asText);
}

function asText(
  received: RawResponse,
  request: { readonly method: string; readonly path: string },
): HttpResponse | Promise<HttpResponse> {
  const { status, headers, bytes } = received;
  return bytes !== null && headers['content-encoding'] === undefined
    ? { status, headers, text: bytes.toString('utf8') }
    : decoded(received, requestName(request));
}

/** Logs that a request was answered, and how long that took. */
export async function logged(
  log: BackendLog,
  request: HttpRequest,
  sent: Promise<HttpResponse>,
): Promise<HttpResponse> {
  const startedAt = performance.now();
  const response = await sent;
  const ms = Math.round(performance.now() - startedAt);
  log.debug({ call: requestName(request), status: response.status, ms }, 'reseller API responded');
  return response;
}

/** At once when the body is short. */
function decoded(received: RawResponse, call: string): HttpResponse | Promise<HttpResponse> {
  const { status, headers, bytes } = received;
  const withText = (text: string): HttpResponse => ({ status, headers, text });
  const failed = (problem: unknown): never => {
    const response = withText('');
    throw isSuccess(response)
      ? invalidResponse(response, call, problem)
      : resellerError(response, call);
  };
  try {
    const text = decodeBody(bytes, headers['content-encoding']);
    return text instanceof Promise ? text.then(withText, failed) : withText(text);
  } catch (problem) {
    return failed(problem);
  }
}

export function isSuccess(response: HttpResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

/** A request's name for the log, without the query, which may contain a transfer token. */
export function requestName({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.split('?', 1)[0]}`;
}

function decodeBody(
  bytes: Buffer | null,
  encoding: string | string[] | undefined,
): string | Promise<string> {
  if (bytes === null) throw new Error(`response body exceeds ${MAX_BODY_BYTES} bytes`);
  const encodings = codings(encoding);
  if (encodings.length === 0 || bytes.length === 0) return bytes.toString('utf8');
  const [coding, ...others] = encodings;
  if ((coding !== 'gzip' && coding !== 'x-gzip') || others.length > 0) {
    throw new Error(`response has unsupported content-encoding ${encodings.join(', ')}`);
  }
  return inflateShort(bytes) ?? inflateLong(bytes);
}

async function inflateLong(bytes: Buffer): Promise<string> {
  const plain = await inflate(bytes, { maxOutputLength: MAX_BODY_BYTES });
  return plain.toString('utf8');
}

/**
 * Null for a body that would keep the event loop busy. The stated length makes one buffer of the right
 * size do; a text that is longer than stated gets more of them.
 */
function inflateShort(bytes: Buffer): string | null {
  if (bytes.length > SHORT_BODY_BYTES || bytes.length < LENGTH_BYTES) return null;
  const length = bytes.readUInt32LE(bytes.length - LENGTH_BYTES);
  if (length > SHORT_TEXT_BYTES) return null;
  // One byte more, so that zlib sees the end of the text without another buffer.
  const chunkSize = Math.max(length + 1, constants.Z_MIN_CHUNK);
  try {
    const plain = gunzipSync(bytes, { chunkSize, maxOutputLength: SHORT_TEXT_BYTES });
    const text = plain.toString('utf8');
    release(plain);
    return text;
  } catch (error) {
    const isLong = error instanceof Error && 'code' in error && error.code === TOO_LONG;
    if (isLong) return null;
    throw error;
  }
}

/**
 * Frees the memory of a buffer that is not a part of the pool of small ones. V8 keeps each zlib object,
 * and with it this memory, until the next full collection.
 */
function release({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength !== Buffer.poolSize) buffer.transfer(0);
}

/** The content codings in lower case, because their names are case-insensitive (RFC 9110, 8.4.1). */
function codings(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

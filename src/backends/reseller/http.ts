import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Pool } from 'undici';
import { type Answer, connectionError, resellerError, unreadable } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request; `path` begins with a slash and is sent as it is. */
export interface HttpRequest {
  readonly method: Method;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** A page of 100 subscriptions is about 150 kB; a batch of a hundred such pages still fits. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const KEEP_ALIVE_MS = 30_000;

const inflate = promisify(gunzip);

/** A keep-alive pool of at most `connections` sockets to the endpoint's host. */
export function openPool(endpoint: URL, connections: number, connectTimeoutMs: number): Pool {
  return new Pool(endpoint.origin, {
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // One call per socket, so that `connections` bounds what is under way and an abort frees it.
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    // Every call has a deadline of its own, over all phases.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Sends a request and reads the whole answer, whatever its status. The signal ends it in every
 * phase and frees its socket. Throws UNAVAILABLE when the connection fails, INTERNAL_SERVER_ERROR
 * when the body is too long or not decodable, the signal's reason when that aborts.
 */
export async function exchange(
  pool: Pool,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { status, headers, bytes } = await transfer(pool, request, signal);
  try {
    return { status, headers, text: await decodeBody(bytes, headers['content-encoding']) };
  } catch (problem) {
    const answer: Answer = { status, headers, text: '' };
    const call = describe(request);
    // A failure is told by its status alone when its body cannot be read.
    throw isSuccess(answer) ? unreadable(answer, call, problem) : resellerError(answer, call);
  }
}

export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** A request's name for the log. Without its query: that may hold a transfer token. */
export function describe({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.split('?', 1)[0]}`;
}

interface RawAnswer extends Omit<Answer, 'text'> {
  /** Null when there were more than the gateway is ready to hold. */
  readonly bytes: Buffer | null;
}

async function transfer(pool: Pool, request: HttpRequest, signal: AbortSignal): Promise<RawAnswer> {
  const { method, path, body = null } = request;
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    // Google compresses only for callers whose User-Agent says gzip too.
    'user-agent': 'reseller-gateway (gzip)',
    ...request.headers,
  };
  try {
    const response = await pool.request({ method, path, headers, body, signal });
    const bytes = await readBounded(response.body);
    return { status: response.statusCode, headers: response.headers, bytes };
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(error);
  }
}

/** Leaving the loop early destroys the body and with it the socket. */
async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function decodeBody(
  bytes: Buffer | null,
  encoding: string | string[] | undefined,
): Promise<string> {
  if (bytes === null) throw new Error(`The body is longer than ${MAX_BODY_BYTES} bytes.`);
  if (encoding === undefined || encoding === 'identity' || bytes.length === 0) {
    return bytes.toString('utf8');
  }
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new Error(`The body is encoded as ${encoding}, which was not asked for.`);
  }
  const plain = await inflate(bytes, { maxOutputLength: MAX_BODY_BYTES });
  return plain.toString('utf8');
}

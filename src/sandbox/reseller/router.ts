import { badRequest, invalidParameter, notFound, RestError } from './errors.ts';
import { type FieldMask, parseFields } from './fields.ts';
import type { Method, RawCall } from './method-call.ts';
import { methods } from './methods.ts';

export interface HttpRequest {
  readonly verb: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that names a method. */
export interface Match {
  readonly method: Method;
  readonly params: ReadonlyMap<string, string>;
}

const prefix = ['apps', 'reseller', 'v1'];

/** What every method takes, by the discovery document. */
const standardParameters = new Set([
  ...['$.xgafv', 'access_token', 'alt', 'callback', 'fields', 'key', 'oauth_token'],
  ...['prettyPrint', 'quotaUser', 'uploadType', 'upload_protocol'],
]);

export function urlOf(target: string): URL {
  if (!target.startsWith('/')) throw badRequest('The request line needs a path');
  return new URL(`http://sandbox${target}`);
}

/** Percent-encoded segments are decoded one by one: an id may hold a slash. */
function segmentsOf({ pathname }: URL): readonly string[] {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch {
    throw badRequest('Malformed percent-encoding in the path');
  }
}

function matchPath(
  path: readonly string[],
  segments: readonly string[],
): Match['params'] | undefined {
  if (path.length !== segments.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, expected] of path.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':') && segment !== '') params.set(expected.slice(1), segment);
    else if (expected !== segment) return undefined;
  }
  return params;
}

/** Finds the method; 404 for an unknown path, 405 for a path that has no such verb. */
export function matchRequest({ verb, target }: HttpRequest): Match {
  const segments = segmentsOf(urlOf(target));
  const below = segments.slice(prefix.length);
  const known = prefix.every((expected, index) => segments[index] === expected);
  const fits = methods.flatMap((method) => {
    const params = known ? matchPath(method.path, below) : undefined;
    return params === undefined ? [] : [{ method, params }];
  });
  if (fits.length === 0) throw notFound('Not Found');
  const match = fits.find(({ method }) => method.verb === verb);
  if (match !== undefined) return match;
  const allow = fits.map(({ method }) => method.verb).join(', ');
  throw new RestError(405, 'httpMethodNotAllowed', 'Method Not Allowed', { headers: { allow } });
}

/** Refuses parameters that neither the method nor the API has, and other forms than JSON. */
export function checkQuery(query: URLSearchParams, method: Method): void {
  for (const name of query.keys()) {
    if (!standardParameters.has(name) && !method.query.includes(name)) {
      const text = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`;
      throw invalidParameter(name, text);
    }
  }
  const alt = query.get('alt') ?? 'json';
  if (alt !== 'json') throw invalidParameter('alt', `Invalid value '${alt}': only json is served`);
}

/** `fields` of the query, checked against what the method answers. */
export function maskOf(query: URLSearchParams, { answer }: Method): FieldMask {
  const fields = query.get('fields');
  return fields === null || fields === '' || answer === undefined
    ? 'all'
    : parseFields(fields, answer);
}

/** The token that a request brings: in its header, or in one of the two query parameters. */
export function credentialOf(request: HttpRequest, query: URLSearchParams): string | undefined {
  const header = request.headers['authorization'];
  if (header !== undefined) return /^Bearer (.+)$/.exec(header)?.[1] ?? '';
  return query.get('access_token') ?? query.get('oauth_token') ?? undefined;
}

export function toRawCall(request: HttpRequest, { method, params }: Match): RawCall {
  const { searchParams: query } = urlOf(request.target);
  return { methodId: method.id, params, query, body: request.body, batch: [] };
}

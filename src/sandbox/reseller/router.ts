import { badRequest, invalidParameter, notFound, RestError } from './errors.ts';
import { type FieldMask, parseFields } from './fields.ts';
import type { Method, RawCall } from './method-call.ts';
import { methods } from './methods.ts';

export interface HttpRequest {
  readonly verb: string;
  /** Path and query of the request line. */
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

/** The method of a request and its path parameters. */
export interface Match {
  readonly method: Method;
  readonly params: ReadonlyMap<string, string>;
}

const prefix = ['apps', 'reseller', 'v1'];

/** Parameters of every method in the discovery document. */
const standardParameters = new Set([
  ...['$.xgafv', 'access_token', 'alt', 'callback', 'fields', 'key', 'oauth_token'],
  ...['prettyPrint', 'quotaUser', 'uploadType', 'upload_protocol'],
]);

export function urlOf(target: string): URL {
  if (!target.startsWith('/')) throw badRequest('The request target must be a path');
  return new URL(`http://sandbox${target}`);
}

/** Segments are decoded after the split, because an id may contain an encoded slash. */
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

/** Throws 404 for an unknown path and 405 for an unsupported verb. */
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

/** Throws 400 for unknown parameters and for formats other than JSON. */
export function checkQuery(query: URLSearchParams, method: Method): void {
  for (const name of query.keys()) {
    if (!standardParameters.has(name) && !method.query.includes(name)) {
      const text = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`;
      throw invalidParameter(name, text);
    }
  }
  const alt = query.get('alt') ?? 'json';
  if (alt !== 'json')
    throw invalidParameter('alt', `Invalid value '${alt}': only json is supported`);
}

/** The parsed `fields` parameter; throws 400 when it does not match the response. */
export function maskOf(query: URLSearchParams, { response }: Method): FieldMask {
  const fields = query.get('fields');
  return fields === null || fields === '' || response === undefined
    ? 'all'
    : parseFields(fields, response);
}

/** The token of a request, from its header or one of the two query parameters. */
export function credentialOf(request: HttpRequest, query: URLSearchParams): string | undefined {
  const header = request.headers['authorization'];
  if (header !== undefined) return /^Bearer (.+)$/.exec(header)?.[1] ?? '';
  return query.get('access_token') ?? query.get('oauth_token') ?? undefined;
}

export function toRawCall(request: HttpRequest, { method, params }: Match): RawCall {
  const { searchParams: query } = urlOf(request.target);
  return { methodId: method.id, params, query, body: request.body, batch: [] };
}

import { badRequest, invalidParameter, notFound, RestError } from './errors.ts';
import { type FieldMask, parseFields } from './fields.ts';
import type { Method, RawCall } from './method-call.ts';
import { methods } from './methods.ts';
import {
  checkSystemParameters,
  isSystemParameter,
  type ParameterSource,
  systemParameter,
} from './system-parameters.ts';

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

/** The query and the headers of a request; an empty query when its target is malformed. */
export function sourceOf({ target, headers }: HttpRequest): ParameterSource {
  try {
    return { query: urlOf(target).searchParams, headers };
  } catch {
    return { query: new URLSearchParams(), headers };
  }
}

/** Throws 400 for unknown parameters and for invalid system parameters. */
export function checkQuery(source: ParameterSource, method: Method): void {
  for (const name of source.query.keys()) {
    if (!isSystemParameter(name) && !method.query.includes(name)) {
      const text = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`;
      throw invalidParameter(name, text);
    }
  }
  checkSystemParameters(source);
}

/** The parsed `fields` parameter; throws 400 when it does not match the response. */
export function maskOf(source: ParameterSource, { response }: Method): FieldMask {
  const fields = systemParameter(source, 'fields');
  return fields === undefined || response === undefined ? 'all' : parseFields(fields, response);
}

/** The token of a request, from its header or one of the two query parameters. */
export function credentialOf(source: ParameterSource): string | undefined {
  const header = source.headers['authorization'];
  if (header !== undefined) return /^Bearer (.+)$/i.exec(header)?.[1] ?? '';
  return systemParameter(source, 'access_token') ?? systemParameter(source, 'oauth_token');
}

export function toRawCall(request: HttpRequest, { method, params }: Match): RawCall {
  const { searchParams: query } = urlOf(request.target);
  return { methodId: method.id, params, query, body: request.body, batch: [] };
}

import { type ErrorFormat, invalidParameter } from './errors.ts';

// The parameters that every Google API has, from the system parameters page and the discovery
// document. Each can be spelled with a leading $, and some are also headers.

const names = new Set([
  ...['access_token', 'alt', 'apiVersion', 'callback', 'ct', 'fields', 'key', 'oauth_token'],
  ...['passwd', 'password', 'prettyPrint', 'quotaUser', 'uploadType', 'upload_protocol'],
  ...['userProject', '.xgafv'],
]);
/** `.xgafv` has no spelling without $. */
const unprefixed = new Set([...names].filter((name) => !name.startsWith('.')));

const headerNames: Readonly<Record<string, string>> = {
  fields: 'x-goog-fieldmask',
  key: 'x-goog-api-key',
  quotaUser: 'x-goog-quota-user',
  userProject: 'x-goog-user-project',
};

const maxQuotaUser = 40;
const booleans = new Set(['true', 'false', '1', '0']);

type Headers = Readonly<Record<string, string>>;

/** Where the parameters of a request are. */
export interface ParameterSource {
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Headers;
}

export function isSystemParameter(name: string): boolean {
  return unprefixed.has(name) || (name.startsWith('$') && names.has(name.slice(1)));
}

/** A parameter in either spelling, or its header; undefined when it is missing or empty. */
export function systemParameter(
  { query, headers }: ParameterSource,
  name: string,
): string | undefined {
  const given = query.get(`$${name}`) || (unprefixed.has(name) ? query.get(name) : null);
  const header = headerNames[name];
  return given || (header === undefined ? undefined : headers[header] || undefined);
}

/** Throws 400 for a value that the vendor rejects. */
export function checkSystemParameters(source: ParameterSource): void {
  const format = systemParameter(source, '.xgafv');
  if (format !== undefined && format !== '1' && format !== '2') {
    throw invalidValue('$.xgafv', format, 'only 1 and 2 are supported');
  }
  const alt = systemParameter(source, 'alt');
  if (alt !== undefined && alt !== 'json') {
    throw invalidValue('alt', alt, 'only json is supported');
  }
  const pretty = systemParameter(source, 'prettyPrint');
  if (pretty !== undefined && !booleans.has(pretty.toLowerCase())) {
    throw invalidValue('prettyPrint', pretty, 'only true and false are supported');
  }
  const quotaUser = systemParameter(source, 'quotaUser');
  if (quotaUser !== undefined && quotaUser.length > maxQuotaUser) {
    throw invalidValue('quotaUser', quotaUser, `at most ${maxQuotaUser} characters are allowed`);
  }
  const callback = systemParameter(source, 'callback');
  if (callback !== undefined && !isCallback(callback)) {
    throw invalidValue('callback', callback, 'it must be the name of a JavaScript function');
  }
}

function invalidValue(name: string, value: string, reason: string): Error {
  return invalidParameter(name, `Invalid value at '${name}' (${value}): ${reason}`);
}

function isCallback(text: string): boolean {
  return /^[A-Za-z_$][\w$.]{0,127}$/.test(text);
}

/** How the body of an answer is printed. */
export interface Printing {
  readonly format: ErrorFormat;
  readonly isCompact: boolean;
  /** The function that JSONP calls. */
  readonly callback: string | undefined;
}

/** Never throws, because it also prints the errors of invalid parameters. */
export function printingOf(source: ParameterSource, defaultFormat: ErrorFormat): Printing {
  const format = systemParameter(source, '.xgafv');
  const callback = systemParameter(source, 'callback');
  return {
    format: format === '1' || format === '2' ? format : defaultFormat,
    isCompact: ['false', '0'].includes(systemParameter(source, 'prettyPrint') ?? ''),
    callback: callback !== undefined && isCallback(callback) ? callback : undefined,
  };
}

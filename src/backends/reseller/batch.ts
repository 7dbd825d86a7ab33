/*
 * Google's batch format: multipart/mixed whose parts are complete HTTP messages. Lines end in CRLF;
 * the parser also accepts LF, which some servers send.
 */

/** One call of a batch; `path` starts with a slash and has no host. */
export interface BatchRequest {
  readonly method: string;
  readonly path: string;
  /** A JSON body. */
  readonly body?: string | undefined;
}

/** The response to one call of a batch. Header names are in lower case. */
export interface BatchResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const CONTENT_ID = 'item-';

/** The multipart body of a batch. `boundary` must not occur in any of the requests. */
export function writeBatch(requests: readonly BatchRequest[], boundary: string): string {
  const parts = requests.map(({ method, path, body }, index) => {
    const head = [
      `--${boundary}`,
      'Content-Type: application/http',
      `Content-ID: <${CONTENT_ID}${index}>`,
      '',
      `${method} ${path} HTTP/1.1`,
    ];
    if (body !== undefined) {
      head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
    }
    return `${head.join('\r\n')}\r\n\r\n${body ?? ''}\r\n`;
  });
  return `${parts.join('')}--${boundary}--\r\n`;
}

/**
 * The responses in the order of the `count` requests; null for one that is missing, truncated or not
 * HTTP. Parts are matched by Content-ID when all of them have a valid, unique one, otherwise by
 * position: the vendor documents that this API omits Content-ID and keeps the order.
 * Returns null when the content type is not multipart.
 */
export function parseBatch(
  contentType: string,
  text: string,
  count: number,
): (BatchResponse | null)[] | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const parts = splitParts(text, boundary).map(splitMessage);
  const places = parts.map((part) => placeOf(part.headers['content-id'], count));
  const byId = places.every((place) => place !== null) && new Set(places).size === parts.length;
  const responses = new Array<BatchResponse | null>(count).fill(null);
  parts.forEach((part, position) => {
    const place = byId ? places[position] : position;
    if (typeof place === 'number' && place < count) responses[place] = parseResponse(part.body);
  });
  return responses;
}

function boundaryOf(contentType: string): string | null {
  if (!/^\s*multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"((?:[^"\\]|\\.)+)"|([^\s;"]+))/i.exec(contentType);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? null;
}

/** The texts between delimiter lines. Text after the last one is a truncated part or the epilogue. */
function splitParts(text: string, boundary: string): string[] {
  const parts: string[] = [];
  const quoted = boundary.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const delimiter = new RegExp(`(?:^|\\r?\\n)--${quoted}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g');
  let begin: number | null = null;
  for (const match of text.matchAll(delimiter)) {
    if (begin !== null) parts.push(text.slice(begin, match.index));
    if (match[1] !== undefined) break;
    begin = match.index + match[0].length;
  }
  return parts.map((part) => part.replace(/^\r?\n/, ''));
}

interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Splits headers and body at the first empty line. */
function splitMessage(text: string): Message {
  const blank = /(?:^|\r?\n)\r?\n/.exec(text);
  const head = blank ? text.slice(0, blank.index) : text;
  const headers: Record<string, string> = Object.create(null);
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: blank ? text.slice(blank.index + blank[0].length) : '' };
}

function parseResponse(text: string): BatchResponse | null {
  const line = /^HTTP\/\d(?:\.\d)? +(\d{3})(?: [^\r\n]*)?(?:\r?\n|$)/.exec(text);
  if (!line) return null;
  const { headers, body } = splitMessage(text.slice(line[0].length));
  return { status: Number(line[1]), headers, text: body };
}

const RESPONSE_ID = new RegExp(`^<?response-${CONTENT_ID}(\\d+)>?$`);

/** The index of the request that a Content-ID such as `<response-item-3>` belongs to. */
function placeOf(contentId: string | undefined, count: number): number | null {
  const digits = RESPONSE_ID.exec(contentId ?? '')?.[1];
  const place = digits === undefined ? null : Number(digits);
  return place !== null && place < count ? place : null;
}

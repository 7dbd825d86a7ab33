/*
 * Google's batch format: multipart/mixed whose parts are whole HTTP messages. Pure; the caller sends
 * and receives. Lines end in CRLF; bare LF is read too, as some servers write it.
 */

/** One call of a batch; `path` begins with a slash and has no host. */
export interface BatchRequest {
  readonly method: string;
  readonly path: string;
  /** A JSON body. */
  readonly body?: string | undefined;
}

/** One inner answer. Header names are in lower case. */
export interface BatchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const CONTENT_ID = 'item-';

/** The multipart body of a batch. `boundary` must occur in none of the requests. */
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
 * The inner answers in the order of the `count` requests; null for one that is missing, cut off or
 * not HTTP. Parts are matched by Content-ID when every one has a usable one, else by position: the
 * vendor says that this API leaves Content-ID out and keeps the order.
 * Returns null when the content type is not multipart.
 */
export function parseBatch(
  contentType: string,
  text: string,
  count: number,
): (BatchAnswer | null)[] | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const parts = splitParts(text, boundary).map(splitMessage);
  const places = parts.map((part) => placeOf(part.headers['content-id'], count));
  const byId = places.every((place) => place !== null) && new Set(places).size === parts.length;
  const answers = new Array<BatchAnswer | null>(count).fill(null);
  parts.forEach((part, position) => {
    const place = byId ? places[position] : position;
    if (typeof place === 'number' && place < count) answers[place] = parseResponse(part.body);
  });
  return answers;
}

function boundaryOf(contentType: string): string | null {
  if (!/^\s*multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"((?:[^"\\]|\\.)+)"|([^\s;"]+))/i.exec(contentType);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? null;
}

/** What stands between two delimiter lines. What follows the last delimiter was cut off, or is the epilogue. */
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

/** Headers up to the first empty line, and the rest. */
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

function parseResponse(text: string): BatchAnswer | null {
  const line = /^HTTP\/\d(?:\.\d)? +(\d{3})(?: [^\r\n]*)?(?:\r?\n|$)/.exec(text);
  if (!line) return null;
  const { headers, body } = splitMessage(text.slice(line[0].length));
  return { status: Number(line[1]), headers, text: body };
}

/** The request that a Content-ID such as `<response-item-3>` answers. */
function placeOf(contentId: string | undefined, count: number): number | null {
  const digits = new RegExp(`^<?response-${CONTENT_ID}(\\d+)>?$`).exec(contentId ?? '')?.[1];
  const place = digits === undefined ? null : Number(digits);
  return place !== null && place < count ? place : null;
}

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { execute, type Outcome, type Prepared, prepare, type ResellerContext } from './dispatch.ts';
import { badRequest } from './errors.ts';
import type { HttpRequest, HttpResponse } from './router.ts';

const maxCalls = 1000;

interface Part {
  readonly contentId: string | undefined;
  readonly request: HttpRequest;
}

/** Splits at the first empty line. Clients send CRLF or LF. */
function splitHead(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const blank = /\r?\n\r?\n/.exec(text);
  const head = blank === null ? text : text.slice(0, blank.index);
  const rest = blank === null ? '' : text.slice(blank.index + blank[0].length);
  return { lines: head.split(/\r?\n/).filter((line) => line !== ''), rest };
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1
        ? []
        : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );
}

/** The texts between the boundaries. */
function sections(body: string, boundary: string): readonly string[] {
  const escaped = boundary.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const [, ...found] = `\n${body}`.split(new RegExp(`\\r?\\n--${escaped}(?=--|[ \\t]*\\r?\\n)`));
  const end = found.findIndex((section) => section.startsWith('--'));
  return found
    .slice(0, end < 0 ? undefined : end)
    .map((section) => section.replace(/^[ \t]*\r?\n/, ''));
}

/** Headers of the batch are defaults for the headers of each call. */
function parsePart(section: string, outer: HttpRequest): Part {
  const { lines, rest } = splitHead(section);
  const headers = headersOf(lines);
  const inner = splitHead(rest.replace(/^(\r?\n)+/, ''));
  const [requestLine = '', ...innerLines] = inner.lines;
  const [verb = '', target = ''] = requestLine.split(' ');
  const { 'content-type': _, 'content-length': __, ...shared } = outer.headers;
  return {
    contentId: headers['content-id'],
    request: {
      ...{ verb, target },
      headers: { ...shared, ...headersOf(innerLines) },
      body: inner.rest,
    },
  };
}

function parseParts(request: HttpRequest): readonly Part[] {
  const type = request.headers['content-type'] ?? '';
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (!/^multipart\/mixed/i.test(type) || boundary === undefined) {
    throw badRequest('Failed to parse batch request, error: not multipart/mixed with a boundary');
  }
  const parts = sections(request.body, boundary).map((section) => parsePart(section, request));
  if (parts.length === 0) throw badRequest('Failed to parse batch request, error: 0 items');
  if (parts.length > maxCalls) {
    throw badRequest(`The batch has ${parts.length} calls, at most ${maxCalls} are allowed`);
  }
  return parts;
}

function responseId(contentId: string): string {
  return contentId.startsWith('<') ? `<response-${contentId.slice(1)}` : `response-${contentId}`;
}

function printPart({ status, headers, body }: HttpResponse, contentId: string | undefined): string {
  const head = [
    'Content-Type: application/http',
    ...(contentId === undefined ? [] : [`Content-ID: ${responseId(contentId)}`]),
    '',
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Executes the calls of a multipart/mixed body independently and returns the results in order. */
export async function runBatch(context: ResellerContext, request: HttpRequest): Promise<Outcome> {
  const parts = parseParts(request);
  const prepared: readonly Prepared[] = parts.map((part) => prepare(part.request));
  const calls = prepared.flatMap((each) => ('error' in each ? [] : [each.call]));
  const outcomes = await Promise.all(prepared.map((each) => execute(context, each, calls, true)));
  const boundary = `batch_${randomUUID()}`;
  const printed: string[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (typeof outcome === 'string') return outcome;
    printed.push(`--${boundary}\r\n${printPart(outcome, parts[index]?.contentId)}\r\n`);
  }
  return {
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
    body: `${printed.join('')}--${boundary}--\r\n`,
  };
}

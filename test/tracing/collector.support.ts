import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { expect, onTestFinished } from 'vitest';

/** A span as it was exported. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** 1 is internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The span ids that it is linked to. */
  readonly links: readonly string[];
  /** Whether its status is an error. */
  readonly isError: boolean;
  /** The attributes of the process that exported it. */
  readonly resource: Readonly<Record<string, string | number>>;
}

export interface Collector {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: readonly ExportedSpan[];
  /** The headers of the latest export. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Everything that was received, as text. */
  text(): string;
  /** Waits for a span that matches. */
  find(matches: (span: ExportedSpan) => boolean): Promise<ExportedSpan>;
}

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A receiver of OTLP over HTTP with protobuf; gone when the test is. */
export async function startCollector(
  respond: Respond = (_, response) => void response.writeHead(200).end(),
): Promise<Collector> {
  const spans: ExportedSpan[] = [];
  let text = '';
  let headers: Collector['headers'] = {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    headers = request.headers;
    if (request.url === '/v1/traces') spans.push(...spansIn(body));
    text += body.toString('latin1');
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    get headers() {
      return headers;
    },
    text: () => text,
    async find(matches) {
      await expect.poll(() => spans.some(matches), { interval: 10, timeout: 10_000 }).toBe(true);
      const found = spans.find(matches);
      if (!found) throw new Error('no such span');
      return found;
    },
  };
}

/** The fields of a protobuf message by their numbers, undecoded. */
type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

/** opentelemetry/proto/collector/trace/v1/trace_service.proto and the messages that it names. */
function spansIn(body: Uint8Array): ExportedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const [owner] = messages(resourceSpans, 1);
    const resource = owner ? attributesIn(owner, 1) : {};
    const scopes = messages(resourceSpans, 2);
    return scopes.flatMap((scope) => messages(scope, 2).map((span) => spanOf(span, resource)));
  });
}

function spanOf(span: Fields, resource: ExportedSpan['resource']): ExportedSpan {
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    traceState: string(span, 3),
    parentId: hex(span, 4),
    name: string(span, 5),
    kind: number(span, 6),
    attributes: attributesIn(span, 9),
    links: messages(span, 13).map((link) => hex(link, 2)),
    isError: messages(span, 15).some((status) => number(status, 3) === 2),
    resource,
  };
}

function attributesIn(fields: Fields, field: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(fields, field).map((pair) => {
      const [value] = messages(pair, 2);
      return [string(pair, 1), value?.has(1) ? string(value, 1) : value ? number(value, 3) : ''];
    }),
  );
}

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (type === 2) values.push(reader.bytes());
    else if (type === 0) values.push(BigInt(reader.uint64()));
    else reader.skip(type, field);
  }
  return fields;
}

function bytesOf(fields: Fields, field: number): Uint8Array[] {
  return (fields.get(field) ?? []).filter((value) => value instanceof Uint8Array);
}

function messages(fields: Fields, field: number): Fields[] {
  return bytesOf(fields, field).map(fieldsOf);
}

function string(fields: Fields, field: number): string {
  return Buffer.from(bytesOf(fields, field)[0] ?? []).toString();
}

function hex(fields: Fields, field: number): string {
  return Buffer.from(bytesOf(fields, field)[0] ?? []).toString('hex');
}

function number(fields: Fields, field: number): number {
  return Number(fields.get(field)?.[0] ?? 0);
}

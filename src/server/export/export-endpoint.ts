import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import {
  customerList,
  type PortfolioList,
  subscriptionList,
} from '../../schema/portfolio/lists.ts';
import type { RequestScope } from '../../services/scope.ts';
import type { Services } from '../../services/services.ts';
import type { OriginPolicy } from '../auth/origin.ts';
import type { Admit } from '../graphql/admission.ts';
import { agentFrom } from '../graphql/request-context.ts';
import { allowOrigin, refusalOf, refuse } from '../refusal.ts';
import { recordOf } from '../telemetry/http-record.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { ViewerSlots } from '../viewer-slots.ts';
import { type Columns, customerColumns, subscriptionColumns } from './columns.ts';
import { type Cell, csvLine } from './csv.ts';
import { exportArguments } from './export-arguments.ts';
import { Stall } from './stall.ts';

export const exportPaths = [
  '/export/subscriptions.csv',
  '/export/subscriptions.ndjson',
  '/export/customers.csv',
  '/export/customers.ndjson',
] as const;
type ExportPath = (typeof exportPaths)[number];

/** Rows that are read, and held in memory, at once. */
const PAGE = 500;
/** Exports of one viewer at the same time. Each holds a page in memory and reads one after another. */
export const EXPORTS_AT_ONCE = 4;
/** A client that does not read a page within this time is disconnected, in milliseconds. */
const STALL_MS = 60_000;

/** Listeners of one response, which do not grow with the rows. */
const MAX_LISTENERS = 20;

export interface ExportOptions {
  readonly schema: GraphQLSchema;
  readonly admit: Admit;
  /** Shared by the paths. */
  readonly slots: ViewerSlots;
  readonly createServices: (scope: RequestScope) => Services;
  readonly origins: OriginPolicy;
  readonly limits: Limits;
  readonly log: Logger;
  /** Milliseconds in which a client must read a page; a minute by default. */
  readonly exportStallMs?: number | undefined;
}

/**
 * Responds to one export: all rows of a list of the portfolio, streamed as fast as the client reads.
 * Each row has a cursor, to continue after an interruption. Never rejects.
 */
export function createExport(options: ExportOptions, path: ExportPath) {
  const { admit, origins, log } = options;
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> => {
    const record = recordOf(response, requestId, log);
    allowOrigin(request, response, origins);
    if (request.method === 'OPTIONS') return preflight(response);
    try {
      if (request.method !== 'GET') throw new GatewayError('BAD_USER_INPUT', 'Use GET.');
      const admission = await admit(request);
      if (admission.type === 'refused') {
        record.refused(admission.refusal.code, admission.refusal.message);
        return refuse(request, response, requestId, admission.refusal, origins);
      }
      record.setSubject(admission.viewer.subject);
      response.once('close', options.slots.take(admission.viewer.subject));
      await send(options, path, { request, response, requestId, viewer: admission.viewer });
    } catch (error) {
      fail(error, { request, response, requestId, origins, log, record });
    }
  };
}

function preflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET');
  response.setHeader('access-control-allow-headers', 'authorization, x-request-id');
  response.writeHead(204).end();
}

interface Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly viewer: Viewer;
}

async function send(options: ExportOptions, path: ExportPath, admitted: Admitted): Promise<void> {
  const { request, response, requestId, viewer } = admitted;
  const closing = new AbortController();
  response.once('close', () => closing.abort(clientGone));
  const services = options.createServices({
    ...{ viewer, requestId, signal: closing.signal, onDelivered: () => {} },
    agent: agentFrom(request.headers['user-agent']),
    lane: { viewer: viewer.subject, type: 'EVENT' },
  });
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  const lines = await linesOf(options, path, query, services);
  const first = await lines.next();
  response.writeHead(200, {
    'content-type': path.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${path.slice('/export/'.length)}"`,
    'cache-control': 'no-store',
  });
  const { exportStallMs: stallMs = STALL_MS } = options;
  const cutOff = (): void => {
    options.log.warn({ requestId, stallMs }, 'export ended: the client did not read it in time');
    response.destroy();
  };
  // The pipeline adds several to those of the server; Node warns of eleven.
  response.setMaxListeners(MAX_LISTENERS);
  const reader = new Stall(stallMs, cutOff);
  const pages = Readable.from(reader.watch(untilExpiry(first, lines, viewer)), {
    highWaterMark: 1,
  });
  await pipeline(pages, response).finally(() => reader.end());
}

const clientGone = new GatewayError('UNAVAILABLE', 'The client disconnected.');

/** Stops in the middle when the credentials expire, so that the client notices. */
async function* untilExpiry(
  first: IteratorResult<string, void>,
  lines: AsyncGenerator<string, void>,
  { expiresAt }: Viewer,
): AsyncGenerator<string, void> {
  for (let next = first; !next.done; next = await lines.next()) {
    if (expiresAt && expiresAt.getTime() <= Date.now()) {
      throw new GatewayError('UNAUTHENTICATED', 'The token expired during the export.');
    }
    yield next.value;
  }
}

/** How rows are written: the first line, and one line for each row. */
interface Format {
  head(names: readonly string[]): string;
  line(names: readonly string[], cells: readonly Cell[]): string;
}

const csv: Format = {
  head: (names) => csvLine(names),
  line: (_names, cells) => csvLine(cells),
};
const ndjson: Format = {
  head: () => '',
  line: (names, cells) =>
    `${JSON.stringify(Object.fromEntries(names.map((name, n) => [name, cells[n] ?? null])))}\n`,
};

async function linesOf(
  { schema, limits }: ExportOptions,
  path: ExportPath,
  query: URLSearchParams,
  services: Services,
): Promise<AsyncGenerator<string, void>> {
  const format = path.endsWith('.csv') ? csv : ndjson;
  const type = path.startsWith('/export/subscriptions') ? 'Subscription' : 'Customer';
  const { after, ...args } = exportArguments(query, schema, type, limits.suggestions);
  return type === 'Subscription'
    ? pagesOf(
        await subscriptionList(asArguments(args), services),
        after,
        subscriptionColumns,
        format,
      )
    : pagesOf(await customerList(asArguments(args), services), after, customerColumns, format);
}

/** The schema has checked the arguments. */
function asArguments<Args>(args: { readonly filter: unknown; readonly orderBy: unknown }): Args {
  return args as Args;
}

/** One text for each page of rows. */
async function* pagesOf<Row>(
  list: PortfolioList<Row>,
  cursor: string | null,
  columns: Columns<Row>,
  format: Format,
): AsyncGenerator<string, void> {
  const names = [...Object.keys(columns), 'cursor'];
  const cells = Object.values(columns);
  let text = format.head(names);
  for (let after = cursor === null ? null : list.placeOf(cursor); ; ) {
    const rows = await list.read(after, PAGE);
    for (const { row, place } of rows) {
      const values = [...cells.map((cell) => cell(row)), list.cursorOf(place)];
      text += format.line(names, values);
    }
    if (text !== '') yield text;
    text = '';
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.place;
  }
}

interface Failed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly origins: OriginPolicy;
  readonly log: Logger;
  readonly record: RequestRecord;
}

/** After the first row, only an interrupted response says that rows are missing. */
function fail(error: unknown, failed: Failed): void {
  const { request, response, requestId, origins, log, record } = failed;
  const known =
    error instanceof GatewayError
      ? error
      : new GatewayError('INTERNAL_SERVER_ERROR', 'Internal error.', { cause: error });
  const isClientGone = response.destroyed && !response.writableFinished;
  if (response.headersSent || isClientGone) {
    if (!isClientGone) log.warn({ err: error, requestId }, 'export interrupted');
    response.destroy();
    return;
  }
  if (known.code === 'INTERNAL_SERVER_ERROR') log.error({ err: error, requestId }, 'export failed');
  record.failed(known.code);
  refuse(request, response, requestId, refusalOf(known), origins);
}

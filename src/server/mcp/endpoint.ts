import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  type McpHttpHandler,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { inSpan, type SpanOptions } from '../../domain/tracing.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import { mayRun } from '../../services/authorize.ts';
import { readBody } from '../graphql/body.ts';
import type { Documents } from '../graphql/documents.ts';
import type { ExecuteOnce } from '../graphql/execution.ts';
import type { Identified } from '../graphql/plain-requests.ts';
import type { CreateContext } from '../graphql/request-context.ts';
import type { Subscribe } from '../graphql/subscription.ts';
import { callTool, failure } from './call-tool.ts';
import type { McpMode } from './mode.ts';
import { type DocumentTool, documentTools } from './tools.ts';

export interface McpOptions {
  readonly mode: McpMode;
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly createContext: CreateContext;
  readonly executeOnce: ExecuteOnce;
  readonly subscribe: Subscribe;
  /** The largest body in bytes. */
  readonly bodyBytes: number;
  readonly log: Logger;
}

const instructions = `Tools of a gateway over two vendors: the Yandex Cloud billing API and the Google Workspace Reseller API. A customer can be in either or in both. Ids named id are global: take them from results, and pass them on unchanged. Values named cursor or endCursor continue a list or a wait when passed as after. Changes of billing customers are operations: the tool returns one at once, and watchOperation waits until it is done. A result with isError has a code and a message that says what to do; OUTCOME_UNKNOWN means that the change may have been made, so read it before you try again.`;

/**
 * Serves the documents of schema/operations as tools of the Model Context Protocol, without sessions:
 * revision 2026-07-28, and clients of 2025-11-25. Tools run as the caller of the request.
 */
export function createMcpEndpoint(options: McpOptions) {
  const tools = documentTools(options.schema);
  return async (identified: Identified): Promise<void> => {
    const { request, response } = identified;
    const handler = createMcpHandler(() => createServer(tools, options, identified), {
      onerror: (err) => options.log.debug({ err }, 'MCP request failed'),
    });
    try {
      await respond(handler, request, response, options.bodyBytes);
    } catch (error) {
      options.log.error({ err: error }, 'MCP request failed');
      response.destroy();
    }
  };
}

function createServer(
  tools: ReadonlyMap<string, DocumentTool>,
  options: McpOptions,
  { viewer, requestId, record, request, response }: Identified,
): Server {
  const { mode, createContext } = options;
  const server = new Server(
    { name: 'reseller-gateway', version: '0.1.0' },
    { capabilities: { tools: {} }, instructions },
  );
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  server.setRequestHandler('tools/list', () => ({
    tools: [...tools.values()]
      .filter((tool) => isOffered(tool, mode, viewer))
      .map(({ tool }) => tool),
  }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = tools.get(params.name);
    if (!tool) return failure(`There is no tool "${params.name}". List the tools first.`);
    if (tool.document.type === 'mutation' && mode === 'read') {
      return failure(
        `${params.name} changes data, and this gateway lets agents read only (MCP=read).`,
      );
    }
    const agent = agentOf(context, request);
    try {
      return await inSpan(toolSpan(params.name), async (span) => {
        const result = await callTool(tool, params.arguments ?? {}, {
          ...options,
          createContext: () => createContext({ viewer, requestId, agent, record }),
          signal: gone.signal,
        });
        if (result.isError) span?.fail('tool_error');
        return result;
      });
    } catch (error) {
      if (error instanceof GraphQLError) return failure(error.message);
      throw error;
    }
  });
  return server;
}

function toolSpan(tool: string): SpanOptions {
  const attributes = { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool };
  return { name: `tools/call ${tool}`, kind: 'SERVER', attributes };
}

function isOffered({ document, field }: DocumentTool, mode: McpMode, viewer: Viewer): boolean {
  return document.type !== 'mutation' || (mode === 'write' && mayRun(viewer, field));
}

/** What audit entries name as the agent of a change. */
function agentOf({ mcpReq }: ServerContext, { headers }: IncomingMessage): string {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const client = envelope[CLIENT_INFO_META_KEY];
  const name = isImplementation(client)
    ? `${client.name}/${client.version}`
    : (headers['user-agent'] ?? 'unknown');
  return `MCP ${name}`.slice(0, 200);
}

function isImplementation(
  value: unknown,
): value is { readonly name: string; readonly version: string } {
  return typeof value === 'object' && value !== null && 'name' in value && 'version' in value;
}

/** The protocol has had no batches since 2025-06-18. One would count as one request of the rate limit. */
function refuseBatch(response: ServerResponse): void {
  const message = 'Batches are not supported: send one message in each request.';
  response
    .writeHead(400, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32600, message } }));
}

async function respond(
  { fetch }: McpHttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<void> {
  const body = request.method === 'POST' ? await readBody(request, maxBytes) : { text: '' };
  if (body === 'CLIENT_GONE') return;
  if (body === 'TOO_LONG') return void response.writeHead(413).end();
  if (body.text.trimStart().startsWith('[')) return refuseBatch(response);
  const url = `http://localhost${request.url ?? '/'}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  const method = request.method ?? 'GET';
  const init = method === 'POST' ? { method, headers, body: body.text } : { method, headers };
  const answer = await fetch(new Request(url, init));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (!answer.body) return void response.end();
  const stream = Readable.fromWeb(answer.body as never);
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

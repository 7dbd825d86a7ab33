import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestScope } from '../services/scope.ts';
import type { Services } from '../services/services.ts';
import type { Authenticate } from './auth/authenticate.ts';
import { originRefusal } from './auth/origin.ts';
import { createExport, EXPORTS_AT_ONCE, exportPaths } from './export/export-endpoint.ts';
import { createGraphiQL, wantsPage } from './graphiql/page.ts';
import { type Admit, createAdmission } from './graphql/admission.ts';
import { createPlainRequests, type Identified, plainType } from './graphql/plain-requests.ts';
import type { GraphQLHandler, YogaOptions } from './graphql/yoga.ts';
import type { McpMode } from './mcp/mode.ts';
import { createPushEndpoint, type PushOptions } from './push/push-endpoint.ts';
import type { TakeRequest } from './rate-limit.ts';
import { type Refusal, refuse } from './refusal.ts';
import { hasValidHost, pathOf } from './request-target.ts';
import { recordOf } from './telemetry/http-record.ts';
import { ViewerSlots } from './viewer-slots.ts';

export const PATH = '/graphql';
export const PUSH_PATH = '/notifications/push';
const MCP_PATH = '/mcp';

/** Responds to one request. Never throws or rejects. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) => unknown;

export interface RouteOptions extends YogaOptions {
  readonly authenticate: Authenticate;
  readonly takeRequest: TakeRequest;
  readonly createServices: (scope: RequestScope) => Services;
  readonly push: PushOptions;
  /** What agents may do at `/mcp`; null serves nothing there. */
  readonly mcp: McpMode | null;
  /** Milliseconds in which a client must read a page of an export; a minute by default. */
  readonly exportStallMs?: number | undefined;
}

/** Returns the handler of a request, or why it is refused. */
export function createRouter(
  options: RouteOptions,
): (request: IncomingMessage) => Handle | Refusal {
  const { origins, push, mcp, shutdown, log } = options;
  const admit = createAdmission({ ...options, bodyBytes: options.limits.bodyBytes });
  const slots = new ViewerSlots({ limit: EXPORTS_AT_ONCE, name: 'exports' });
  const handles = new Map<string | undefined, Handle>([
    [PATH, createGraphQLAnswer(options, admit)],
    [PUSH_PATH, createPushEndpoint({ ...push, log })],
    ...exportPaths.map((path) => [path, createExport({ ...options, admit, slots }, path)] as const),
    ...(mcp ? [[MCP_PATH, createMcpAnswer(options, admit, mcp)] as const] : []),
  ]);
  return (request) => {
    const path = pathOf(request);
    // A push with a token needs no check of Host, which is a public name, or of Origin.
    const hasToken = path === PUSH_PATH && push.verify !== null;
    const message = hasToken ? null : originRefusal(request, origins);
    if (message !== null) return { status: 403, code: 'FORBIDDEN', message };
    if (!hasValidHost(request)) return malformedHost;
    const handle = handles.get(path);
    if (!handle) return notFound(path);
    if (!shutdown.aborted) return handle;
    return { status: 503, code: 'UNAVAILABLE', message: 'The gateway is shutting down.' };
  };
}

function notFound(path: string | undefined): Refusal {
  const agents = 'Agents are not served: set MCP=read or MCP=write.';
  const message = path === MCP_PATH ? agents : `The API is at ${PATH}.`;
  return { status: 404, code: 'NOT_FOUND', message };
}

const malformedHost: Refusal = {
  status: 400,
  code: 'BAD_USER_INPUT',
  message: 'The Host header is malformed.',
};

/** The SDK is loaded for the first agent. */
function createMcpAnswer(options: RouteOptions, admit: Admit, mode: McpMode): Handle {
  const { origins, limits, log } = options;
  let endpoint: Promise<(identified: Identified) => Promise<void>> | undefined;
  return async (request, response, requestId) => {
    const record = recordOf(response, requestId, log, 'MCP');
    const admission = await admit(request);
    if (admission.type === 'refused') {
      const { refusal } = admission;
      record.refused(refusal.code, refusal.message);
      return refuse(request, response, requestId, refusal, origins);
    }
    const { viewer } = admission;
    record.setSubject(viewer.subject);
    endpoint ??= import('./mcp/endpoint.ts').then(({ createMcpEndpoint }) =>
      createMcpEndpoint({ ...options, mode, bodyBytes: limits.bodyBytes }),
    );
    return (await endpoint)({ request, response, requestId, viewer, record });
  };
}

function createGraphQLAnswer(options: YogaOptions, admit: Admit): Handle {
  const { origins, log } = options;
  const loadYoga = yogaLoader(options);
  const answerGraphQL: GraphQLHandler = async (request, response, context) => {
    const answer = await loadYoga();
    if (!response.destroyed) await answer(request, response, context);
  };
  const answerPlain = createPlainRequests({
    ...options,
    other: ({ request, response, requestId, viewer, record }, body) =>
      answerGraphQL(Object.assign(request, { body }), response, { requestId, viewer, record }),
  });
  const answerGraphiQL = createGraphiQL();
  return async (request, response, requestId) => {
    if (wantsPage(request)) return answerGraphiQL(request, response);
    if (request.method === 'OPTIONS') {
      return answerGraphQL(request, response, { requestId, viewer: null });
    }
    const record = recordOf(response, requestId, log);
    const decided = admit(request);
    const admission = decided instanceof Promise ? await decided : decided;
    if (admission.type === 'admitted') {
      const { viewer } = admission;
      record.setSubject(viewer.subject);
      const mediaType = plainType(request);
      if (mediaType) {
        return void answerPlain({ request, response, requestId, viewer, record, mediaType });
      }
      return answerGraphQL(request, response, { requestId, viewer, record });
    }
    const { refusal } = admission;
    record.refused(refusal.code, refusal.message);
    return refuse(request, response, requestId, refusal, origins);
  };
}

/** Milliseconds after which Yoga is loaded, so that the first stream does not wait for it. */
const LOAD_YOGA_AFTER_MS = 1_000;

/** Plain requests do not need Yoga, so the first of them are answered before it is loaded. */
function yogaLoader(options: YogaOptions): () => Promise<GraphQLHandler> {
  let handler: Promise<GraphQLHandler> | undefined;
  const load = (): Promise<GraphQLHandler> => {
    handler ??= import('./graphql/yoga.ts').then(({ createGraphQLHandler }) =>
      createGraphQLHandler(options),
    );
    return handler;
  };
  setTimeout(() => {
    if (!options.shutdown.aborted) void load();
  }, LOAD_YOGA_AFTER_MS).unref();
  return load;
}

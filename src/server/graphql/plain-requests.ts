import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { GraphQLError, getOperationAST } from 'graphql';
import type { Viewer } from '../../domain/viewer.ts';
import { allowOrigin, refuse } from '../refusal.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { answerStatus, SHED_RETRY_AFTER, SHED_STATUS } from './answer-status.ts';
import { readBody } from './body.ts';
import type { Compressed } from './compression.ts';
import type { Answer } from './execution.ts';
import { boundedJson } from './limits/answer-json.ts';
import { slices } from './limits/slices.ts';
import { answerType, type MediaType } from './media-type.ts';
import { type Params, parseParams } from './params.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import { agentFrom, type RequestContext } from './request-context.ts';
import { Unread } from './unread.ts';
import type { YogaOptions } from './yoga.ts';

/** A request whose viewer is known and whose body has not been read. */
export interface Identified {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly viewer: Viewer;
  readonly record: RequestRecord;
}

export interface PlainRequestsOptions extends YogaOptions {
  /** Serves a request that is not plain after all; its body is in `body`. */
  readonly other: (identified: Identified, body: object) => unknown;
}

export interface Plain extends Identified {
  /** As `plainType` returns it. */
  readonly mediaType: MediaType;
}

/** Whether a request is a JSON body with POST from a client that accepts JSON. */
export function plainType({ method, headers }: IncomingMessage): MediaType | null {
  if (method !== 'POST' || headers['content-encoding'] !== undefined) return null;
  return answerType(headers.accept);
}

/**
 * Serves queries and mutations that are sent as JSON, as nearly all are, directly on Node's request and
 * response: the objects of the Fetch API would take most of the time of a short request.
 */
export function createPlainRequests(options: PlainRequestsOptions) {
  const { documents, schema, createContext, executeOnce, compress, backlog } = options;
  const { limits, origins, log } = options;

  /** The error of a request that is not executed. */
  function failed(errors: readonly GraphQLError[], { requestId, record }: Plain): Answer {
    const { suggestions } = limits;
    const scope = { requestId, log, suggestions, onError: record.failed };
    const result = publicResult({ errors }, scope);
    return { ...result, stringify: () => boundedJson(result, limits.answerBytes) ?? '' };
  }

  function contextOf({ request, response, requestId, viewer, record }: Plain): RequestContext {
    const agent = agentFrom(request.headers['user-agent']);
    const context = createContext({ viewer, requestId, agent, record });
    response.on('close', () => {
      if (response.writableFinished) context.delivered();
      else context.disconnected();
    });
    return context;
  }

  /** @returns null when the answer was sent at once */
  function send(result: Answer, plain: Plain, status?: number): Promise<void> | null {
    const { request, mediaType } = plain;
    const text = result.stringify();
    const code = status ?? answerStatus(result, mediaType);
    const accepted = String(request.headers['accept-encoding'] ?? '');
    const compressing = compress?.(text, accepted);
    if (compressing) return compressing.then((compressed) => write(text, compressed, code, plain));
    write(text, null, code, plain);
    return null;
  }

  function write(text: string, compressed: Compressed | null, code: number, plain: Plain): void {
    const { request, response, mediaType } = plain;
    const body = compressed?.bytes ?? text;
    const length = Buffer.byteLength(body);
    const headers: OutgoingHttpHeaders = {
      'content-type': `${mediaType}; charset=utf-8`,
      'content-length': length,
    };
    allowOrigin(request, response, origins);
    if (compress && response.hasHeader('vary')) response.appendHeader('vary', 'Accept-Encoding');
    else if (compress) headers['vary'] = 'Accept-Encoding';
    if (code === SHED_STATUS) headers['retry-after'] = SHED_RETRY_AFTER;
    if (compressed) headers['content-encoding'] = compressed.encoding;
    response.writeHead(code, headers);
    // Text of ASCII characters has the same bytes in both encodings, and Node copies Latin-1 faster.
    response.end(body, length === body.length ? 'latin1' : 'utf8');
  }

  async function serve(plain: Plain): Promise<unknown> {
    const reading = readBody(plain.request, limits.bodyBytes);
    const body = reading instanceof Promise ? await reading : reading;
    if (body === 'CLIENT_GONE') return;
    if (body === 'TOO_LONG') return refuseBody(plain);
    let params: Params;
    try {
      params = parseParams(body.text, options.trusted);
    } catch (error) {
      if (error instanceof GraphQLError) return send(failed([error], plain), plain, 400);
      throw error;
    }
    if (slices.isOver()) await slices.next();
    const document = documents.parse(params.query);
    const errors = documents.validate(document);
    if (errors.length > 0) return send(failed(errors, plain), plain);
    const { operationName, variables: variableValues } = params;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation === 'subscription') return options.other(plain, params.body);
    const contextValue = contextOf(plain);
    const args = { schema, document, operationName, variableValues, contextValue };
    const answer = await executeOnce(args);
    return send(new Unread(plain.response, plain.viewer.subject, backlog).answer(answer), plain);
  }

  async function fail(error: unknown, plain: Plain): Promise<void> {
    try {
      await send(failed([toGraphQLError(error)], plain), plain);
    } catch (cause) {
      plain.response.destroy(cause instanceof Error ? cause : undefined);
    }
  }

  function refuseBody({ request, response, requestId, record }: Plain): void {
    const message = `The body is longer than ${limits.bodyBytes} bytes.`;
    record.refused('BAD_USER_INPUT', message);
    const refusal = { status: 413, code: 'BAD_USER_INPUT', message } as const;
    refuse(request, response, requestId, refusal, origins);
  }

  /** Never rejects. */
  return async (plain: Plain): Promise<void> => {
    try {
      await serve(plain);
    } catch (error) {
      await fail(error, plain);
    }
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { Viewer } from '../../domain/viewer.ts';
import { allowOrigin, refuse } from '../refusal.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { answerStatus, SHED_RETRY_AFTER, SHED_STATUS } from './answer-status.ts';
import { readBody } from './body.ts';
import type { Answer } from './execution.ts';
import { boundedJson } from './limits/answer-json.ts';
import { slices } from './limits/slices.ts';
import { answerType, type MediaType } from './media-type.ts';
import { type Params, parseParams } from './params.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import { agentFrom } from './request-context.ts';
import { unreadOf } from './unread.ts';
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

interface Plain extends Identified {
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

  async function execute(document: DocumentNode, params: Params, plain: Plain): Promise<Answer> {
    const { request, response, requestId, viewer, record } = plain;
    const agent = agentFrom(request.headers['user-agent']);
    const contextValue = createContext({ viewer, requestId, agent, record });
    response.on('close', () => {
      if (response.writableFinished) contextValue.delivered();
      else contextValue.disconnected();
    });
    const { operationName, variables } = params;
    const args = { schema, document, operationName, variableValues: variables, contextValue };
    const answer = await executeOnce(args);
    return unreadOf(response, viewer.subject, backlog).answer(answer);
  }

  async function answer(params: Params, plain: Plain): Promise<Answer | null> {
    if (slices.isOver()) await slices.next();
    let document: DocumentNode;
    try {
      document = documents.parse(params.query);
    } catch (error) {
      if (error instanceof GraphQLError) return failed([error], plain);
      throw error;
    }
    const errors = documents.validate(document);
    if (errors.length > 0) return failed(errors, plain);
    const operation = getOperationAST(document, params.operationName);
    return operation?.operation === 'subscription' ? null : execute(document, params, plain);
  }

  async function send(result: Answer, plain: Plain, status?: number): Promise<void> {
    const { request, response, mediaType } = plain;
    const text = result.stringify();
    const accepted = String(request.headers['accept-encoding'] ?? '');
    const compressing = compress?.(text, accepted);
    const compressed = compressing ? await compressing : null;
    if (compress) response.appendHeader('vary', 'Accept-Encoding');
    allowOrigin(request, response, origins);
    const body = compressed?.bytes ?? text;
    const code = status ?? answerStatus(result, mediaType);
    if (code === SHED_STATUS) response.setHeader('retry-after', SHED_RETRY_AFTER);
    if (compressed) response.setHeader('content-encoding', compressed.encoding);
    const length = Buffer.byteLength(body);
    response.writeHead(code, {
      'content-type': `${mediaType}; charset=utf-8`,
      'content-length': length,
    });
    // Text of ASCII characters has the same bytes in both encodings, and Node copies Latin-1 faster.
    response.end(body, length === body.length ? 'latin1' : 'utf8');
  }

  async function serve(plain: Plain): Promise<void> {
    const { request, response, requestId, record } = plain;
    const body = await readBody(request, limits.bodyBytes);
    if (body === 'CLIENT_GONE') return;
    if (body === 'TOO_LONG') {
      const message = `The body is longer than ${limits.bodyBytes} bytes.`;
      record.refused('BAD_USER_INPUT', message);
      const refusal = { status: 413, code: 'BAD_USER_INPUT', message } as const;
      return refuse(request, response, requestId, refusal, origins);
    }
    let params: Params;
    try {
      params = parseParams(body.text, options.trusted);
    } catch (error) {
      if (error instanceof GraphQLError) return send(failed([error], plain), plain, 400);
      throw error;
    }
    const result = await answer(params, plain);
    if (result) await send(result, plain);
    else options.other(plain, params.body);
  }

  /** Never rejects. */
  return async (identified: Identified, mediaType: MediaType): Promise<void> => {
    const plain: Plain = { ...identified, mediaType };
    try {
      await serve(plain);
    } catch (error) {
      await send(failed([toGraphQLError(error)], plain), plain).catch((cause: Error) =>
        plain.response.destroy(cause),
      );
    }
  };
}

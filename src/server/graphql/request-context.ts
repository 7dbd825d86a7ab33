import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionArgs } from 'graphql';
import { GatewayError } from '../../domain/error.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { GatewayContext } from '../../schema/context.ts';
import type { RequestScope } from '../../services/scope.ts';
import type { Services } from '../../services/services.ts';

/** What the HTTP server hands to every request. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
}

export interface RequestContextOptions {
  readonly viewer: Viewer;
  readonly requestId: string;
  /** Aborts when the client goes away; absent when something else ends the context then. */
  readonly signal?: AbortSignal | undefined;
  /** How long one query, mutation or event may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly createServices: (scope: RequestScope) => Services;
}

export type CreateContext = (
  viewer: Viewer,
  requestId: string,
  signal?: AbortSignal,
) => RequestContext;

const clientGone = new GatewayError('UNAVAILABLE', 'The client went away.');
const answered = new GatewayError('UNAVAILABLE', 'The request has been answered.');

/** The context of one query, mutation, event, or of a GraphQL subscription as a whole. */
export interface RequestContext extends GatewayContext {
  /** Of one event of this subscription; others may share it, so it does not end with this one. */
  forEvent(): RequestContext;
  /**
   * Takes the deadline away: a subscription that is set up lasts as long as its client. The services
   * are let go of, as every event has its own.
   */
  lasting(): void;
  /** Lets go of everything, and aborts what is still under way on its behalf. */
  end(): void;
}

export interface RequestArgs extends ExecutionArgs {
  readonly contextValue: RequestContext;
}

export function createRequestContext(options: RequestContextOptions): RequestContext {
  const { viewer, requestId, deadlineMs, createServices } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const unfollow = follow(options.signal, controller);
  let timer: NodeJS.Timeout | undefined = setTimeout(() => {
    const message = `The request took longer than ${deadlineMs} ms.`;
    controller.abort(new GatewayError('DEADLINE_EXCEEDED', message, { retryable: true }));
  }, deadlineMs);
  let services: Services | undefined;

  return {
    viewer,
    requestId,
    get services() {
      services ??= createServices({ viewer, requestId, signal });
      return services;
    },
    forEvent: () => createRequestContext({ ...options, signal: undefined }),
    lasting() {
      clearTimeout(timer);
      timer = undefined;
      services = undefined;
    },
    end() {
      clearTimeout(timer);
      unfollow();
      controller.abort(answered);
    },
  };
}

/**
 * Aborts `controller` when `parent` does, until the returned function is called: a subscription
 * outlives any number of events, and must not collect their listeners.
 */
function follow(parent: AbortSignal | undefined, controller: AbortController): () => void {
  if (!parent) return nothing;
  const abort = (): void => {
    // Anything but a GatewayError would be reported as the gateway's own failure.
    controller.abort(parent.reason instanceof GatewayError ? parent.reason : clientGone);
  };
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort, { once: true });
  return () => parent.removeEventListener('abort', abort);
}

function nothing(): void {}

/** The caller's own id of the request when it is a sensible one, else a new one. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:/-]{1,128}$/.test(header) ? header : randomUUID();
}

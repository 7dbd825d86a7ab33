import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../domain/error.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { GatewayContext } from '../schema/context.ts';
import type { RequestScope, Services } from '../services/services.ts';

/** What the HTTP server hands to every request. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

export interface RequestContextOptions {
  readonly viewer: Viewer;
  readonly requestId: string;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** How long one query, mutation or event may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Aborts when the gateway stops: queries are waited for, streams are not. */
  readonly shutdown: AbortSignal;
  readonly createServices: (scope: RequestScope) => Services;
}

/** The context of a request, and the end of it: then its deadline is let go of. */
export interface RequestContext extends GatewayContext {
  forEvent(): RequestContext;
  /** The context a GraphQL subscription is set up with: it lasts as long as the socket. */
  forStream(): RequestContext;
  end(): void;
}

export function createRequestContext(options: RequestContextOptions): RequestContext {
  const { viewer, requestId, signal, deadlineMs, shutdown, createServices } = options;
  const deadline = startDeadline(signal, deadlineMs);
  return {
    viewer,
    requestId,
    services: createServices({ viewer, requestId, signal: deadline.signal }),
    forEvent: () => createRequestContext(options),
    forStream() {
      deadline.end();
      const whileServed = AbortSignal.any([signal, shutdown]);
      return { ...this, services: createServices({ viewer, requestId, signal: whileServed }) };
    },
    end: deadline.end,
  };
}

/** Follows `parent`, and aborts by itself after `ms`. */
function startDeadline(parent: AbortSignal, ms: number) {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    const message = `The request took longer than ${ms} ms.`;
    controller.abort(new GatewayError('DEADLINE_EXCEEDED', message, { retryable: true }));
  }, ms);
  const end = (): void => {
    clearTimeout(timer);
    parent.removeEventListener('abort', follow);
  };
  return { signal: controller.signal, end };
}

/** The caller's own id of the request when it is a sensible one, else a new one. */
export function requestIdFrom(header: string | null | undefined): string {
  return header && /^[\w.:/-]{1,128}$/.test(header) ? header : randomUUID();
}

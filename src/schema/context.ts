import type { GatewayError } from '../domain/error.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Services } from '../services/services.ts';

/** The resolver context of one request, or of one event of a GraphQL subscription. */
export interface GatewayContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  /**
   * The `id` of the last event that a client over SSE received before it reconnected; null without
   * one. A subscription continues after it, as after its argument `after`.
   */
  readonly lastEventId: string | null;
  readonly services: Services;
  /** Logs a failure that a mutation returns as data: graphql-js reports only those that are thrown. */
  report(failure: GatewayError, mutation: string): void;
  /**
   * A new context for one event of a subscription, with empty loaders and a deadline of its own:
   * graphql-js runs every event of a subscription with the same context.
   */
  forEvent(): GatewayContext;
}

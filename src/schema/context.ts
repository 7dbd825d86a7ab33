import type { Viewer } from '../domain/viewer.ts';
import type { Services } from '../services/services.ts';

/** What resolvers see of one request, or of one event of a GraphQL subscription. */
export interface GatewayContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly services: Services;
  /**
   * The context of one event of a subscription: nothing that an earlier event loaded is remembered,
   * and the event's execution has a deadline of its own.
   */
  forEvent(): GatewayContext;
}

/** What one client may ask of the gateway. Every number is the largest accepted value. */
export interface Limits {
  /** Bytes of one GraphQL request, and of one WebSocket message. */
  readonly bodyBytes: number;
  /** Bytes of one answer, or of one event of a subscription. */
  readonly answerBytes: number;
  /** Bytes that one viewer has not read yet, over all of its connections. */
  readonly pendingBytes: number;
  readonly tokens: number;
  /** Levels of fields, with fragments followed. */
  readonly depth: number;
  /** Aliases of one field in one selection. */
  readonly aliases: number;
  /** Directives in one document. */
  readonly directives: number;
  /** Values in one answer: objects and leaf fields. */
  readonly cost: number;
  /** Backend calls of one request. */
  readonly backendCalls: number;
  /** Requests per minute and viewer; null for no limit. */
  readonly requestsPerMinute: number | null;
  /** Operations that run at the same time on one WebSocket. */
  readonly subscriptionsPerSocket: number;
  readonly subscriptionsPerViewer: number;
  /** Milliseconds for the headers and the body of a request. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for the first message of a WebSocket. */
  readonly initTimeoutMs: number;
  /** Whether `__schema` and `__type` can be queried. */
  readonly introspection: boolean;
  /** Whether error messages suggest similar names. */
  readonly suggestions: boolean;
}

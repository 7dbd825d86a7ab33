import { z } from 'zod';
import { boolean, integer, milliseconds } from './kinds.ts';

/** What one client may ask of the gateway. A row of the table in gateway-settings.ts. */
export const limits = z.object({
  MAX_BODY_BYTES: integer(1_000, 10_000_000)
    .prefault('100000')
    .describe('Size of a GraphQL request and of a WebSocket message, in bytes.'),
  MAX_ANSWER_BYTES: integer(1_000, 100_000_000)
    .prefault('16000000')
    .describe('Size of an answer, or of one event of a subscription, in bytes.'),
  MAX_PENDING_BYTES: integer(1_000, 1_000_000_000)
    .prefault('32000000')
    .describe(
      'Bytes that a viewer has not read yet, over all its connections. Beyond that, the connection that has waited longest is closed.',
    ),
  MAX_TOKENS: integer(10, 100_000).prefault('2000').describe('Tokens in a document.'),
  MAX_DEPTH: integer(1, 100)
    .prefault('20')
    .describe('Levels of nested fields in a document, with fragments followed.'),
  MAX_ALIASES: integer(0, 10_000)
    .prefault('50')
    .describe('Aliases of one field in one selection, with fragments followed.'),
  MAX_DIRECTIVES: integer(0, 10_000).prefault('20').describe('Directives in a document.'),
  MAX_COST: integer(1, 10_000_000)
    .prefault('200000')
    .describe(
      'Values (objects and leaf fields) that an answer can hold. It is computed before the request runs, and counted while it runs.',
    ),
  MAX_BACKEND_CALLS: integer(1, 1_000_000)
    .prefault('4000')
    .describe('Backend calls that one request can cause.'),
  RATE_LIMIT: integer(1, 1_000_000)
    .optional()
    .describe(
      'Requests per minute of one viewer. After a pause, as many can be sent at once. When not set, there is no limit.',
    ),
  MAX_SUBSCRIPTIONS: integer(1, 100_000)
    .prefault('100')
    .describe('Subscriptions, queries and mutations that run at the same time on one WebSocket.'),
  MAX_SUBSCRIPTIONS_PER_VIEWER: integer(1, 1_000_000)
    .prefault('10000')
    .describe('Subscriptions of one viewer that run at the same time, over WebSocket and SSE.'),
  HEADERS_TIMEOUT_MS: milliseconds(100, 600_000)
    .prefault('10000')
    .describe('Time in which the headers and the body of a request must arrive.'),
  WS_INIT_TIMEOUT_MS: milliseconds(100, 600_000)
    .prefault('3000')
    .describe('Time in which a WebSocket client must send `connection_init`.'),
  INTROSPECTION: boolean
    .optional()
    .describe(
      'Whether clients can query `__schema` and `__type`. Default: `true` with `AUTH=none`, `false` with `AUTH=jwt`.',
    ),
  SUGGESTIONS: boolean
    .optional()
    .describe(
      'Whether error messages suggest similar names of the schema. Default: `true` with `AUTH=none`, `false` with `AUTH=jwt`.',
    ),
});

import { z } from 'zod';
import { files, milliseconds, oneOf } from './kinds.ts';

/** Trusted documents. A row of the table in gateway-settings.ts. */
export const documents = z.object({
  DOCUMENTS: oneOf(['any', 'trusted'])
    .prefault('any')
    .describe(
      '`any` executes every document; `trusted` executes only those that are sent by `documentId`.',
    ),
  DOCUMENTS_FILES: files
    .optional()
    .describe(
      'Manifests of trusted documents, as written by GraphQL Code Generator, Apollo or Relay. The documents of the client kit are always included.',
    ),
  DOCUMENTS_MAX_AGE_MS: milliseconds(0, 86_400_000)
    .prefault('0')
    .describe(
      'Time for which browsers and CDNs may reuse the answer to a query that is sent with GET and `documentId`. 0: not at all.',
    ),
});

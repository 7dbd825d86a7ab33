import type { Plugin } from 'graphql-yoga';
import type { Documents } from '../documents.ts';
import { slices } from '../limits/slices.ts';

/**
 * Parses and validates with the limits and the cache that WebSockets use. Documents that arrive
 * together are validated in slices.
 */
export function useDocuments(documents: Documents): Plugin {
  return {
    async onParams() {
      if (slices.isOver()) await slices.next();
    },
    onParse: ({ setParseFn }) => setParseFn(documents.parse),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((_schema: unknown, document) => documents.validate(document)),
  };
}

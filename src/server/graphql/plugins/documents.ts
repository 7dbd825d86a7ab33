import type { Plugin } from 'graphql-yoga';
import type { Documents } from '../documents.ts';

/** Parses and validates with the limits and the cache that WebSockets use. */
export function useDocuments(documents: Documents): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(documents.parse),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((_schema: unknown, document) => documents.validate(document)),
  };
}

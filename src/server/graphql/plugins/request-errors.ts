import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Reports requests that cannot be parsed, such as variables in a URL that are not JSON, as 400. */
export function useRequestErrors(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (error instanceof GraphQLError) throw error;
          const message = 'The request cannot be parsed: its variables or extensions are not JSON.';
          throw new GraphQLError(message, { extensions: { http: { status: 400 } } });
        }
      });
    },
  };
}

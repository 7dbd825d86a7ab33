import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** A request that cannot be read is its sender's to mend: variables in a URL that are not JSON ... */
export function useRequestErrors(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (error instanceof GraphQLError) throw error;
          const message =
            'The request could not be read: its variables or extensions are not JSON.';
          throw new GraphQLError(message, { extensions: { http: { status: 400 } } });
        }
      });
    },
  };
}

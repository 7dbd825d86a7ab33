export type MediaType = 'application/json' | 'application/graphql-response+json';

const byRange: Readonly<Record<string, MediaType>> = {
  'application/graphql-response+json': 'application/graphql-response+json',
  'application/json': 'application/json',
  'application/*': 'application/json',
  '*/*': 'application/json',
};

/**
 * The type of the answer to a query or mutation: the first one of the Accept header that the gateway
 * has. Null when the client accepts only streams, or something else.
 */
export function answerType(accept: string | undefined): MediaType | null {
  if (accept === undefined) return 'application/json';
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    const charset = parameters.find((parameter) => parameter.startsWith('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    const type = byRange[range];
    if (type) return type;
  }
  return null;
}

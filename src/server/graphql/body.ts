import type { IncomingMessage } from 'node:http';

/** The text of a body, or why it could not be read. */
export type Body = { readonly text: string } | 'TOO_LONG' | 'CLIENT_GONE';

/**
 * Reads a request's body, at once when all of it has arrived: that of a short request comes in the
 * same packet as its headers. Stops reading after `maxBytes`.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Body | Promise<Body> {
  if (request.destroyed) return 'CLIENT_GONE';
  if (!request.complete) return gather(request, maxBytes);
  const body: Buffer | null = request.read();
  if (body === null) return { text: '' };
  return body.length > maxBytes ? 'TOO_LONG' : { text: body.toString('utf8') };
}

function gather(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve('TOO_LONG');
    });
    request.on('end', () => {
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks);
      resolve({ text: body.toString('utf8') });
    });
    const gone = (): void => resolve('CLIENT_GONE');
    request.on('close', gone);
    request.on('error', gone);
  });
}

import type { IncomingMessage } from 'node:http';

/** Why a body could not be read. */
export type UnreadBody = 'TOO_LONG' | 'CLIENT_GONE';

/** The text of a request's body, or why there is none. Stops reading after `maxBytes`. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly text: string } | UnreadBody> {
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

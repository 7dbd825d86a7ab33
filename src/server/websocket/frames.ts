import type { Duplex } from 'node:stream';

/** A final frame of text, and the marker of a length that follows in 16 bits. RFC 6455, section 5.2. */
const TEXT = 0x81;
const LONG = 126;

/**
 * Writes a text message of a server to its connection. `ws` writes the header and the payload one after
 * the other, which takes Node longer than the rest of its work for a small message.
 * @param text of at most 65,535 bytes
 */
export function writeText(connection: Duplex, text: string): void {
  const length = Buffer.byteLength(text);
  const header =
    length < LONG
      ? String.fromCharCode(TEXT, length)
      : String.fromCharCode(TEXT, LONG, length >> 8, length & 0xff);
  // In Latin-1, a character is the byte of its code, and ASCII characters are the same in UTF-8.
  if (length === text.length) connection.write(header + text, 'latin1');
  else connection.write(Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from(text)]));
}

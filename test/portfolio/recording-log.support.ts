import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Logger } from '../../src/log.ts';

/** A log whose messages a test can read. */
export function recordingLog(): { readonly log: Logger; readonly messages: string[] } {
  const messages: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      messages.push(String(JSON.parse(String(line)).msg));
      done();
    },
  });
  return { log: pino({ level: 'debug' }, stream), messages };
}

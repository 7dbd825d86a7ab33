import { connect, type Socket } from 'node:net';

/** What the bench tells the process that holds the sockets. */
export interface Dial {
  readonly port: number;
  readonly sockets: number;
  /** Sent when the socket is open, and acknowledged by one message. */
  readonly init: string | null;
  /** Sent then. `$id` becomes an id that no other socket has. */
  readonly subscribe: string | null;
}

/** What that process tells the bench. */
export type ClientReport =
  | { readonly type: 'ready' }
  /** Every socket has its message: when each came, by the machine's monotonic clock, in milliseconds. */
  | { readonly type: 'round'; readonly receivedAt: readonly number[]; readonly message: string };

/** How many sockets are being opened at once. */
const OPENING = 200;
const MAX_MESSAGE = 65_536;
/** The first byte of an HTTP response. */
const HTTP = 'H'.charCodeAt(0);
const END_OF_HEAD = '\r\n\r\n';
/** The length of a frame whose length follows in 16 bits. RFC 6455, section 5.2. */
const LONG = 126;
/** An empty ping, and the empty answer with its mask. */
const PING = 0x89;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/**
 * WebSockets with nothing to them: a client library takes longer over a message than the server
 * that is to be measured, on the same cores.
 */
process.once('message', (dial: Dial) => {
  process.once('disconnect', () => process.exit());
  open(dial).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

async function open(dial: Dial): Promise<void> {
  let receivedAt: number[] = [];
  // One buffer for all: whatever is read is looked at before anything else is.
  const buffer = Buffer.alloc(MAX_MESSAGE);
  const received = (message: Buffer): void => {
    receivedAt.push(Number(process.hrtime.bigint()) / 1e6);
    if (receivedAt.length < dial.sockets) return;
    send({ type: 'round', receivedAt, message: message.toString() });
    receivedAt = [];
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < dial.sockets) await openSocket(dial, next++, buffer, received);
  };
  await Promise.all(Array.from({ length: OPENING }, worker));
  receivedAt = [];
  send({ type: 'ready' });
}

/** Resolves when the socket has had every answer that it waits for. Later messages are `received`. */
function openSocket(
  { port, init, subscribe }: Dial,
  n: number,
  buffer: Buffer,
  received: (message: Buffer) => void,
): Promise<void> {
  const opening = Promise.withResolvers<void>();
  const unsent = [init, subscribe?.replace('$id', `${n}-of-many`)].filter((text) => text != null);
  let isOpen = false;
  const answered = (): void => {
    const text = unsent.shift();
    if (text !== undefined) socket.write(masked(text));
    else {
      isOpen = true;
      opening.resolve();
    }
  };
  const socket: Socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer,
      callback(bytes) {
        let read = buffer.subarray(0, bytes);
        if (read[0] === HTTP) {
          answered();
          // A ping can follow the response to the upgrade request at once.
          read = read.subarray(read.indexOf(END_OF_HEAD) + END_OF_HEAD.length);
        }
        for (const { head, payload } of frames(read)) {
          if (head === PING) socket.write(PONG);
          else if (isOpen) received(payload);
          else answered();
        }
        return true;
      },
    },
  });
  socket.on('error', opening.reject);
  socket.write(
    [
      'GET /graphql HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==',
      'sec-websocket-protocol: graphql-transport-ws',
      '\r\n',
    ].join('\r\n'),
  );
  return opening.promise;
}

/** The frames of one read: a busy server's messages can arrive together, each of them whole. */
function* frames(bytes: Buffer): Generator<{ head: number | undefined; payload: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at];
    const short = bytes.readUInt8(at + 1);
    const start = at + (short === LONG ? 4 : 2);
    const end = start + (short === LONG ? bytes.readUInt16BE(at + 2) : short);
    yield { head, payload: bytes.subarray(start, end) };
    at = end;
  }
}

/** A text frame of a client; a mask of zeros leaves the text as it is. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt8(0x81);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

function send(report: ClientReport): void {
  process.send?.(report);
}

import type { Duplex } from 'node:stream';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../../log.ts';
import { textFrame } from './frame.ts';

/** The close code of a server that goes away. */
export const GOING_AWAY = 1001;
/** How often a client must show that it is there, in milliseconds. */
const HEARTBEAT_MS = 12_000;
/** What may wait for a client that asks on and does not read, in bytes. */
const MAX_BUFFERED = 32_000_000;

/**
 * Speaks the protocol over one socket. Every message waits until the one before it is out, so a
 * subscriber that does not read holds up its own events and nothing else.
 */
export function serveSocket<E>(
  protocol: Server<E>,
  socket: WebSocket,
  send: Send,
  extra: E,
  log: Logger,
): void {
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) => new Promise((resolve) => send(data, () => resolve())),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (listener) =>
        socket.on('message', (data: RawData) => {
          if (socket.bufferedAmount > MAX_BUFFERED) return socket.terminate();
          listener(String(data)).catch((error: unknown) => {
            log.error({ err: error }, 'a message could not be handled');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    extra,
  );
  // ws closes the socket itself after an error: a frame that is too large, a connection that is reset.
  socket.on('error', (error) => log.debug({ err: error }, 'socket failed'));
  const stopHeartbeat = startHeartbeat(socket);
  socket.once('close', (code, reason) => {
    stopHeartbeat();
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, 'a socket was not closed properly'),
    );
  });
}

/** Calls `sent` when the text has left the process, or cannot any more: whether it has. Never at once. */
export type Send = (text: string, sent: (isOut: boolean) => void) => void;

/** One connection, and how many bytes are on their way to it. */
interface Connection {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  waiting: number;
}

interface Outgoing {
  readonly connection: Connection;
  readonly frame: Buffer;
  readonly sent: (isOut: boolean) => void;
}

let outgoing: Outgoing[] = [];

/**
 * Sends text over the stream that `socket` speaks on. What is sent to many goes out in one run: with
 * other work between two writes, whoever reads on this machine falls asleep after each, and to wake it
 * takes the kernel as long as the write itself. A client that asks for more than it reads is cut off.
 */
export function sender(socket: WebSocket, stream: Duplex): Send {
  const connection: Connection = { socket, stream, waiting: 0 };
  return (text, sent) => {
    if (socket.bufferedAmount + connection.waiting > MAX_BUFFERED) socket.terminate();
    if (socket.readyState !== socket.OPEN) return process.nextTick(sent, false);
    const frame = textFrame(text);
    connection.waiting += frame.length;
    if (outgoing.length === 0) process.nextTick(flush);
    outgoing.push({ connection, frame, sent });
  };
}

function flush(): void {
  const frames = outgoing;
  outgoing = [];
  for (const { connection, frame, sent } of frames) {
    const { socket, stream } = connection;
    connection.waiting -= frame.length;
    // Behind a close frame nothing may come; a socket that fails is closed.
    if (socket.readyState === socket.OPEN) stream.write(frame, (error) => sent(!error));
    else sent(false);
  }
}

function startHeartbeat(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  return () => clearInterval(timer);
}

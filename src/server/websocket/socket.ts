import type { Duplex } from 'node:stream';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { ErrorCode } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import { socketsChanged } from '../../domain/telemetry.ts';
import type { Logger } from '../../log.ts';
import { withQuery } from './document-id.ts';
import { textFrame } from './frame.ts';

/** The close code for a server that shuts down. RFC 6455, section 7.4.1. */
export const GOING_AWAY = 1001;
/** Milliseconds between pings; a client that misses one is disconnected. */
const HEARTBEAT_MS = 12_000;

/** The first of the protocol's close codes that refuse a client. */
const FIRST_REFUSAL = 4400;

/** Called before the gateway closes a socket that it refuses. */
export type OnClosing = (code: number, reason: string) => void;

interface SocketOptions {
  readonly limits: Limits;
  readonly log: Logger;
  readonly closing: OnClosing;
}

const refusals: Readonly<Record<number, ErrorCode>> = {
  [CloseCode.Unauthorized]: 'UNAUTHENTICATED',
  [CloseCode.Forbidden]: 'UNAUTHENTICATED',
  [CloseCode.ConnectionInitialisationTimeout]: 'DEADLINE_EXCEEDED',
  [CloseCode.SubscriberAlreadyExists]: 'CONFLICT',
  [CloseCode.TooManyInitialisationRequests]: 'RATE_LIMITED',
};

/** The error code for a close code of the protocol. */
export function codeOfClose(code: number): ErrorCode {
  return refusals[code] ?? 'BAD_USER_INPUT';
}

/**
 * Serves the protocol on one socket. Each message waits until the previous one has been sent, so a
 * client that does not read delays only its own events.
 */
export function serveSocket<E>(
  protocol: Server<E>,
  socket: WebSocket,
  send: Send,
  extra: E,
  { limits, log, closing }: SocketOptions,
): void {
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) => new Promise((resolve) => send(data, () => resolve())),
      close(code, reason) {
        if (code !== undefined && code >= FIRST_REFUSAL) closing(code, reason ?? '');
        socket.close(code, reason);
      },
      onMessage: (listener) =>
        socket.on('message', (data: RawData) => {
          if (socket.bufferedAmount > limits.pendingBytes) return socket.terminate();
          listener(withQuery(String(data))).catch((error: unknown) => {
            log.error({ err: error }, 'socket message failed');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    extra,
  );
  // ws closes the socket itself after an error, such as an oversized frame or a reset.
  socket.on('error', (error) => log.debug({ err: error }, 'socket failed'));
  const stopHeartbeat = startHeartbeat(socket);
  socketsChanged.publish(1);
  socket.once('close', (code, reason) => {
    socketsChanged.publish(-1);
    stopHeartbeat();
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, 'socket cleanup failed'),
    );
  });
}

/** Calls `sent` asynchronously: true when the text has left the process, false when it cannot. */
export type Send = (text: string, sent: (isOut: boolean) => void) => void;

/** What a client has not read yet. */
export interface UnreadBytes {
  /** The most bytes on one socket. */
  readonly maxBytes: number;
  /** Counts bytes of all sockets of the viewer, until the returned function is called. */
  count(bytes: number): () => void;
}

/** One connection, and the bytes queued for it. */
interface Connection {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly unread: UnreadBytes;
  waiting: number;
}

interface Outgoing {
  readonly connection: Connection;
  readonly frame: Buffer;
  readonly sent: (isOut: boolean) => void;
}

let outgoing: Outgoing[] = [];

/**
 * Sends text over the socket's stream. Frames to many sockets are written in one run: with other work
 * in between, a local reader goes to sleep after each, and waking it takes the kernel as long as the
 * write. A client with too many unread bytes is disconnected.
 */
export function sender(socket: WebSocket, stream: Duplex, unread: UnreadBytes): Send {
  const connection: Connection = { socket, stream, unread, waiting: 0 };
  return (text, sent) => {
    if (socket.bufferedAmount + connection.waiting > unread.maxBytes) socket.terminate();
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
    const { socket } = connection;
    connection.waiting -= frame.length;
    // Nothing may follow a close frame.
    if (socket.readyState === socket.OPEN) write(connection, frame, sent);
    else sent(false);
  }
}

function write({ stream, unread }: Connection, frame: Buffer, sent: Outgoing['sent']): void {
  let release: (() => void) | undefined;
  stream.write(frame, (error) => {
    release?.();
    sent(!error);
  });
  // The kernel has no room for the whole frame, because the client does not read fast enough.
  if (stream.writableLength > 0) release = unread.count(frame.length);
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

import type { Duplex } from 'node:stream';
import {
  CloseCode,
  type ConnectionInitMessage,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  type Message,
  MessageType,
  type SubscribePayload,
} from 'graphql-ws';
import type { WebSocket } from 'ws';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import { socketsChanged } from '../../domain/telemetry.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { type Authenticate, onExpiry } from '../auth/authenticate.ts';
import type { Backlog } from '../backlog.ts';
import { requestIdFrom } from '../graphql/request-context.ts';
import { RequestRecord } from '../telemetry/request-record.ts';
import { writeText } from './frames.ts';
import { parseMessage } from './messages.ts';
import { Operation, type OperationOptions, type OperationSocket, type Sent } from './operation.ts';

/** Milliseconds for the closing handshake before a socket is terminated. */
export const CLOSE_TIMEOUT_MS = 500;

/** Characters of a message for which no callback is used, and that fit into a frame of `writeText`. */
const SMALL = 4_000;

/** The first of the protocol's close codes that refuse a client. */
const FIRST_REFUSAL = 4400;

const refusals: Readonly<Record<number, ErrorCode>> = {
  [CloseCode.Unauthorized]: 'UNAUTHENTICATED',
  [CloseCode.Forbidden]: 'UNAUTHENTICATED',
  [CloseCode.ConnectionInitialisationTimeout]: 'DEADLINE_EXCEEDED',
  [CloseCode.SubscriberAlreadyExists]: 'CONFLICT',
  [CloseCode.TooManyInitialisationRequests]: 'RATE_LIMITED',
};

export interface ConnectionOptions extends OperationOptions {
  readonly authenticate: Authenticate;
  readonly backlog: Backlog;
}

/** What a socket keeps of its upgrade request. */
export interface UpgradeFacts {
  /** What the socket writes its frames to. */
  readonly connection: Duplex;
  /** The header `x-request-id`. */
  readonly requestId: string | undefined;
  readonly authorization: string | null;
  readonly agent: string | null;
  readonly trace: TraceContext | null;
}

/**
 * Serves the graphql-transport-ws protocol on one socket.
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export class Connection implements OperationSocket {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #facts: UpgradeFacts;
  readonly #operations = new Map<string, Operation>();
  #initTimer: NodeJS.Timeout | undefined;
  #viewer: Viewer | undefined;

  constructor(socket: WebSocket, facts: UpgradeFacts, options: ConnectionOptions) {
    this.#socket = socket;
    this.#facts = facts;
    this.#options = options;
    const { limits, log } = options;
    // ws closes the socket itself after an error, such as an oversized frame or a reset.
    socket.on('error', (error) => log.debug({ err: error }, 'socket failed'));
    socketsChanged.publish(1);
    socket.once('close', () => this.#closed());
    if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      this.#initTimer = setTimeout(() => {
        this.#close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
      }, limits.initTimeoutMs);
      socket.on('message', (data) => this.#receive(String(data)));
    } else this.#close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
  }

  get agent(): string | null {
    return this.#facts.agent;
  }

  get trace(): TraceContext | null {
    return this.#facts.trace;
  }

  get running(): number {
    return this.#operations.size;
  }

  /** A client with too many unread bytes is disconnected. */
  send(text: string, sent: Sent = () => {}): void {
    const socket = this.#socket;
    const { bufferedAmount } = socket;
    if (bufferedAmount > this.#options.limits.pendingBytes) socket.terminate();
    // At most one small message waits in the process without its client being waited for.
    const isAwaited =
      bufferedAmount > 0 || text.length > SMALL || socket.readyState !== socket.OPEN;
    if (isAwaited) this.#sendAwaited(text, sent);
    else {
      writeText(this.#facts.connection, text);
      notifySoon(sent);
    }
  }

  #sendAwaited(text: string, sent: Sent): void {
    const socket = this.#socket;
    const data = Buffer.from(text);
    let release: (() => void) | undefined;
    socket.send(data, { binary: false }, (error) => {
      release?.();
      sent(!error);
    });
    if (socket.bufferedAmount === 0 || socket.readyState !== socket.OPEN) return;
    // The kernel has no room for the whole frame, because the client does not read fast enough.
    const subject = this.#viewer?.subject ?? '';
    release = this.#options.backlog.add(subject, data.length, () => socket.terminate());
  }

  ended(operation: Operation): void {
    const { id } = operation;
    if (this.#operations.get(id) === operation) this.#operations.delete(id);
  }

  #receive(text: string): void {
    const { limits, log } = this.#options;
    if (this.#socket.bufferedAmount > limits.pendingBytes) this.#socket.terminate();
    else {
      this.#handle(text).catch((error: unknown) => {
        log.error({ err: error }, 'socket message failed');
        this.#close(CloseCode.InternalServerError, 'Internal server error');
      });
    }
  }

  async #handle(text: string): Promise<void> {
    let message: Message;
    try {
      message = parseMessage(text);
    } catch {
      return this.#close(CloseCode.BadRequest, 'Invalid message received');
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.#initialise(message.payload);
      case MessageType.Ping: {
        const { payload } = message;
        return this.send(JSON.stringify({ type: MessageType.Pong, ...(payload && { payload }) }));
      }
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.#subscribe(message.id, message.payload);
      case MessageType.Complete:
        return this.#operations.get(message.id)?.leave();
      default:
        this.#close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
    }
  }

  async #initialise(params: ConnectionInitMessage['payload']): Promise<void> {
    if (!this.#initTimer) {
      const reason = 'Too many initialisation requests';
      return this.#close(CloseCode.TooManyInitialisationRequests, reason);
    }
    clearTimeout(this.#initTimer);
    this.#initTimer = undefined;
    const authorization = authorizationOf(params) ?? this.#facts.authorization;
    try {
      const viewer = await this.#options.authenticate({ authorization });
      this.#viewer = viewer;
      if (viewer.expiresAt) this.#closeAtExpiry(viewer);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // Clients reconnect with new credentials.
      return this.#close(CloseCode.Forbidden, 'Forbidden');
    }
    this.send(JSON.stringify({ type: MessageType.ConnectionAck }));
  }

  async #subscribe(id: string, payload: SubscribePayload): Promise<void> {
    const viewer = this.#viewer;
    if (!viewer) return this.#close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(id)) {
      const reason = `Subscriber for ${id} already exists`;
      return this.#close(CloseCode.SubscriberAlreadyExists, reason);
    }
    const operation = new Operation(id, this, this.#options.log);
    this.#operations.set(id, operation);
    await operation.run(payload, viewer, this.#options);
  }

  #closeAtExpiry(viewer: Viewer): void {
    const socket = this.#socket;
    const cancel = onExpiry(viewer, () => {
      this.#close(CloseCode.Forbidden, 'The token has expired.');
      // A client that does not read never completes the closing handshake.
      const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
      socket.once('close', () => clearTimeout(timer));
    });
    socket.once('close', cancel);
  }

  /** Closes the socket, and logs a refusal. */
  #close(code: number, reason: string): void {
    if (code >= FIRST_REFUSAL) {
      const requestId = requestIdFrom(this.#facts.requestId);
      const record = new RequestRecord({ requestId, transport: 'WS', log: this.#options.log });
      if (this.#viewer) record.setSubject(this.#viewer.subject);
      record.refused(refusals[code] ?? 'BAD_USER_INPUT', reason);
      record.end({ status: code });
    }
    this.#socket.close(code, reason);
  }

  #closed(): void {
    socketsChanged.publish(-1);
    clearTimeout(this.#initTimer);
    for (const operation of [...this.#operations.values()]) operation.leave();
  }
}

let notified: Sent[] = [];

/** One callback for each write takes Node longer than the rest of what it does for a small message. */
function notifySoon(sent: Sent): void {
  if (notified.length === 0) process.nextTick(notify);
  notified.push(sent);
}

function notify(): void {
  const listeners = notified;
  notified = [];
  for (const sent of listeners) sent(true);
}

/** Browsers cannot set headers on a WebSocket, so the connection parameters take precedence. */
function authorizationOf(params: ConnectionInitMessage['payload']): string | null {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? given : null;
}

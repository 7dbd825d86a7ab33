import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Limits } from '../../domain/limits.ts';
import { subscriptionsChanged } from '../../domain/telemetry.ts';
import { runIn, type Span } from '../../domain/tracing.ts';
import type { Broadcast, Reader } from '../../live/broadcast.ts';
import type { Feed, Sequenced } from '../../live/feed.ts';
import { Entries, nextOf } from '../../live/feeds.ts';
import type { Receiver } from '../../live/places.ts';
import { startOperationSpan } from '../telemetry/spans.ts';
import { ViewerSlots } from '../viewer-slots.ts';
import { type EventResult, eventResult, executeEvent } from './event-execution.ts';
import type { Answer } from './execution.ts';
import { checkRequest } from './limits/request-check.ts';
import { type ErrorScope, publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';
import { shareKey } from './share-key.ts';

/** Starts a GraphQL subscription. Resolves with its results, or with why it cannot start. */
export type Subscribe = (args: RequestArgs) => Promise<Subscription | ExecutionResult>;

/** A broadcast, and how many subscriptions read it. */
interface Shared {
  readonly broadcast: Broadcast<Sequenced, EventResult>;
  readers: number;
  /** Called when the last one has ended. */
  forget(): void;
}

/**
 * graphql-js executes every event with the context of the subscription. Here each event has its own,
 * and subscriptions to one feed with the same document, variables and viewer share its execution.
 */
export function createSubscribe(limits: Limits): Subscribe {
  const broadcasts = new Broadcasts(limits.answerBytes);
  const slots = new ViewerSlots({
    limit: limits.subscriptionsPerViewer,
    name: 'subscriptions',
    onChange: (change) => subscriptionsChanged.publish(change),
  });
  return async (args) => {
    const { contextValue } = args;
    contextValue.record?.setOperation(args.document, args.operationName);
    const slot = { release: (): void => {} };
    const span = startOperationSpan(args);
    const entries = await runIn(span, () =>
      openEntries(args, limits, () => {
        slot.release = slots.take(contextValue.viewer.subject);
      }),
    );
    if (!(entries instanceof Entries)) {
      slot.release();
      span?.end();
      const result = publicResult(entries, contextValue.errorScope);
      contextValue.end();
      return result;
    }
    contextValue.keepOpen();
    const reader = broadcasts.reader(entries, args, span, slot.release);
    return new Subscription(reader, contextValue.errorScope, limits.answerBytes);
  };
}

/** The events of a subscription, or why it cannot start. */
async function openEntries(
  args: RequestArgs,
  limits: Limits,
  takeSlot: () => void,
): Promise<Entries<Sequenced> | ExecutionResult> {
  try {
    args.contextValue.record?.setCost(checkRequest(args, limits).values);
    takeSlot();
    const source = await createSourceEventStream(args);
    if (source instanceof Entries || !(Symbol.asyncIterator in source)) return source;
    throw new Error('a subscription field must return the entries of a feed');
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  }
}

/** One broadcast for each feed and share key, as long as a subscription reads it. */
class Broadcasts {
  readonly #maxBytes: number;
  readonly #byFeed = new WeakMap<Feed<Sequenced>, Map<unknown, Shared>>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  reader(
    entries: Entries<Sequenced>,
    args: RequestArgs,
    span: Span | null,
    release: () => void,
  ): Reader<Sequenced, EventResult> {
    const shared = this.#shared(entries, args, span);
    shared.readers++;
    return entries.reader(shared.broadcast, () => {
      if (--shared.readers === 0) shared.forget();
      span?.end();
      release();
    });
  }

  #shared(entries: Entries<Sequenced>, args: RequestArgs, span: Span | null): Shared {
    const ofFeed = this.#byFeed.get(entries.feed) ?? new Map<unknown, Shared>();
    this.#byFeed.set(entries.feed, ofFeed);
    // Without a key, the subscription shares with no other one.
    const key = shareKey(args) ?? Symbol('unshared');
    const known = ofFeed.get(key);
    if (known) return known;
    const broadcast = entries.broadcast<EventResult>((event, done) =>
      executeEvent(event, args, this.#maxBytes, span, done),
    );
    const shared = { broadcast, readers: 0, forget: () => void ofFeed.delete(key) };
    ofFeed.set(key, shared);
    return shared;
  }
}

/** The results of a subscription, through `pull` or through promises. Read at the pace of the client. */
export class Subscription implements AsyncIterableIterator<Answer, undefined> {
  readonly #reader: Reader<Sequenced, EventResult>;
  readonly #errorScope: ErrorScope;
  readonly #maxBytes: number;

  constructor(reader: Reader<Sequenced, EventResult>, errorScope: ErrorScope, maxBytes: number) {
    this.#reader = reader;
    this.#errorScope = errorScope;
    this.#maxBytes = maxBytes;
  }

  /** Requests the next result. Creates no promise: there may be thousands of subscribers. */
  pull(receiver: Receiver<EventResult>): void {
    this.#reader.pull(receiver);
  }

  /** The last result of a subscription whose feed has failed. */
  failure(error: unknown): EventResult {
    return eventResult({ errors: [toGraphQLError(error)] }, this.#errorScope, this.#maxBytes);
  }

  /** Ends the subscription, also while a pull is outstanding. */
  end(): void {
    this.#reader.end();
  }

  async next(): Promise<IteratorResult<Answer, undefined>> {
    try {
      const next = await nextOf(this.#reader);
      if (next.done) return next;
      return { done: false, value: answerOf(next.value, this.#reader.position) };
    } catch (error) {
      return { done: false, value: answerOf(this.failure(error)) };
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/**
 * The data of a server-sent event, and its id: the cursor of the event. Yoga writes the text after
 * `data: `, and a line of JSON contains no line break, so another field can follow.
 */
function answerOf({ result, payload }: EventResult, cursor?: number): Answer {
  const text = cursor === undefined ? payload : `${payload}\nid: ${cursor}`;
  return { ...result, stringify: () => text };
}

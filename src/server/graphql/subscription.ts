import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Limits } from '../../domain/limits.ts';
import { subscriptionsChanged } from '../../domain/telemetry.ts';
import { runIn, type Span } from '../../domain/tracing.ts';
import type { Broadcast, Reader } from '../../live/broadcast.ts';
import type { Feed, Sequenced } from '../../live/feed.ts';
import { Entries } from '../../live/feeds.ts';
import { startOperationSpan } from '../telemetry/spans.ts';
import { ViewerSlots } from '../viewer-slots.ts';
import { type EventResult, eventResult, executeEvent } from './event-execution.ts';
import { checkRequest } from './limits/request-check.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';
import { shareKey } from './share-key.ts';

/** The results of a GraphQL subscription, read at the pace of its client. */
export type Subscription = Reader<Sequenced, EventResult>;

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
    return broadcasts.reader(entries, args, span, slot.release);
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
  ): Subscription {
    const shared = this.#shared(entries, args, span);
    shared.readers++;
    const { errorScope } = args.contextValue;
    return entries.reader(shared.broadcast, {
      ended: () => {
        if (--shared.readers === 0) shared.forget();
        span?.end();
        release();
      },
      failure: (error) =>
        eventResult({ errors: [toGraphQLError(error)] }, errorScope, this.#maxBytes),
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

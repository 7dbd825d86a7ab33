import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../../log.ts';
import { type StreamArgs, subscribePerEvent } from '../execution.ts';

/** Gives every event of a GraphQL subscription a context of its own, and every query an end. */
export function useRequestContexts(log: Logger): Plugin<{ end(): void }> {
  return {
    onExecute({ args }) {
      return { onExecuteDone: () => args.contextValue.end() };
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => subscribePerEvent(args as StreamArgs, log));
    },
  };
}

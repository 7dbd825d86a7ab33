import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ExecuteOnce } from '../execution.ts';
import type { RequestArgs, RequestContext, ServerContext } from '../request-context.ts';
import type { Subscribe } from '../subscription.ts';

interface HttpArgs extends RequestArgs {
  readonly contextValue: RequestContext & ServerContext;
}

/**
 * Executes the way WebSockets do. At shutdown, streams are cut off: clients would take an orderly end
 * as the end of the subscription and not reconnect.
 */
export function useExecution(
  executeOnce: ExecuteOnce,
  subscribe: Subscribe,
  shutdown: AbortSignal,
): Plugin {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeOnce(args as HttpArgs));
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => {
        const { res } = (args as HttpArgs).contextValue;
        const cutOff = (): void => void res.destroy();
        if (shutdown.aborted) cutOff();
        shutdown.addEventListener('abort', cutOff, { once: true });
        res.once('close', () => shutdown.removeEventListener('abort', cutOff));
        return subscribe(args as HttpArgs);
      });
    },
  };
}

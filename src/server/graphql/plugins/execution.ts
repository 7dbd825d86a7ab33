import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { Reader } from '../../../live/broadcast.ts';
import type { Backlog } from '../../backlog.ts';
import type { ExecuteOnce } from '../execution.ts';
import type { RequestArgs, RequestContext, ServerContext } from '../request-context.ts';
import type { Subscribe } from '../subscription.ts';
import { Unread } from '../unread.ts';

interface HttpArgs extends RequestArgs {
  readonly contextValue: RequestContext & Omit<ServerContext, 'viewer'>;
}

/**
 * Executes the way WebSockets do. At shutdown, streams are cut off: clients would take an orderly end
 * as the end of the subscription and not reconnect.
 */
export function useExecution(
  executeOnce: ExecuteOnce,
  subscribe: Subscribe,
  backlog: Backlog,
  shutdown: AbortSignal,
): Plugin {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const { res, viewer } = (args as HttpArgs).contextValue;
        const answer = await executeOnce(args as HttpArgs);
        return new Unread(res, viewer.subject, backlog).answer(answer);
      });
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const { res, viewer } = (args as HttpArgs).contextValue;
        const cutOff = (): void => void res.destroy();
        if (shutdown.aborted) cutOff();
        shutdown.addEventListener('abort', cutOff, { once: true });
        res.once('close', () => shutdown.removeEventListener('abort', cutOff));
        const result = await subscribe(args as HttpArgs);
        if (!(result instanceof Reader)) return result;
        res.once('close', () => result.end());
        if (res.closed) result.end();
        return new Unread(res, viewer.subject, backlog).events(result);
      });
    },
  };
}

import type { CallToolResult, JSONObject } from '@modelcontextprotocol/server';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { Reader } from '../../live/broadcast.ts';
import type { Documents } from '../graphql/documents.ts';
import type { ExecuteOnce } from '../graphql/execution.ts';
import type { RequestContext } from '../graphql/request-context.ts';
import type { Subscribe, Subscription } from '../graphql/subscription.ts';
import { confirmProblem } from './confirm.ts';
import { DEFAULT_WAIT_SECONDS, type DocumentTool, MAX_WAIT_SECONDS } from './tools.ts';

/** Events, and characters of events, that one call returns. */
const MAX_EVENTS = 50;
const MAX_EVENT_CHARACTERS = 500_000;

type Arguments = Readonly<Record<string, unknown>>;

export interface ToolCaller {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly executeOnce: ExecuteOnce;
  readonly subscribe: Subscribe;
  /** A context for one execution of the caller. */
  createContext(): RequestContext;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}

/** Runs a tool as its caller. A failure is a result, as agents expect. */
export async function callTool(
  tool: DocumentTool,
  given: Arguments,
  caller: ToolCaller,
): Promise<CallToolResult> {
  const problem = unknownArgument(tool, given) ?? (await unconfirmed(tool, given, caller));
  if (problem !== null) return failure(problem);
  const variables = Object.fromEntries(
    Object.entries(given).filter(([name]) => tool.variables.has(name)),
  );
  const args = argsOf(tool.document.text, variables, caller);
  if (tool.document.type !== 'subscription') return toResult(await caller.executeOnce(args));
  const result = await caller.subscribe(args);
  if (!(result instanceof Reader)) return toResult(result);
  return waitForEvents(result, given, caller.signal);
}

function argsOf(text: string, variableValues: Arguments, caller: ToolCaller) {
  const { schema, documents } = caller;
  const contextValue = caller.createContext();
  const { signal } = caller;
  if (signal.aborted) contextValue.disconnected();
  signal.addEventListener('abort', () => contextValue.disconnected(), { once: true });
  return { schema, document: documents.parse(text), variableValues, contextValue };
}

function unknownArgument({ tool }: DocumentTool, given: Arguments): string | null {
  const known = Object.keys(tool.inputSchema.properties ?? {});
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  return `${tool.name} has no argument "${unknown}". Its arguments: ${known.join(', ') || 'none'}.`;
}

async function unconfirmed(
  tool: DocumentTool,
  given: Arguments,
  caller: ToolCaller,
): Promise<string | null> {
  if (!tool.needsConfirm) return null;
  return confirmProblem(caller.schema, tool, given, async (text, variables) => {
    const { data } = await caller.executeOnce(argsOf(text, variables, caller));
    return data;
  });
}

/** Collects the events that arrive in time, and the cursor after the last one. */
async function waitForEvents(
  stream: Subscription,
  { waitSeconds, after }: Arguments,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const seconds = typeof waitSeconds === 'number' ? waitSeconds : DEFAULT_WAIT_SECONDS;
  let isComplete = true;
  const stop = (): void => {
    isComplete = false;
    stream.end();
  };
  const timer = setTimeout(stop, 1_000 * Math.min(Math.max(seconds, 0), MAX_WAIT_SECONDS));
  signal.addEventListener('abort', stop, { once: true });
  const events: JSONObject[] = [];
  let cursor = typeof after === 'string' ? after : null;
  let characters = 0;
  try {
    for await (const { result } of stream) {
      const json = jsonOf(result);
      events.push(json);
      cursor = cursorIn(json) ?? cursor;
      characters += JSON.stringify(json).length;
      if (result.errors) return { ...structured({ events, cursor, isComplete }), isError: true };
      if (events.length < MAX_EVENTS && characters < MAX_EVENT_CHARACTERS) continue;
      isComplete = false;
      break;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  return structured({ events, cursor, isComplete });
}

/** The cursor of the event, a field of its root object. */
function cursorIn({ data }: JSONObject): string | null {
  const [root] = Object.values(data ?? {});
  if (typeof root !== 'object' || root === null || !('cursor' in root)) return null;
  return typeof root['cursor'] === 'string' ? root['cursor'] : null;
}

function toResult(result: ExecutionResult): CallToolResult {
  const json = jsonOf(result);
  const failed = result.errors !== undefined || hasFailure(json['data']);
  return { ...structured(json), ...(failed ? { isError: true } : {}) };
}

/** Whether a mutation returned one of its typed errors. */
function hasFailure(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  return Object.values(data).some(
    (root) => typeof root === 'object' && root !== null && 'code' in root && 'message' in root,
  );
}

/** What a client receives of a result. The text of an event can be more than its JSON. */
function jsonOf({ data, errors }: ExecutionResult): JSONObject {
  return JSON.parse(JSON.stringify({ errors, data }));
}

function structured(content: JSONObject): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(content) }],
    structuredContent: content,
  };
}

export function failure(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true };
}

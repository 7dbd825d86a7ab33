import { createHook } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';

/** What was done, none of which depends on the speed of the machine. */
export interface Work {
  promises: number;
  timers: number;
  /** Each has an AbortSignal. */
  controllers: number;
  /** Calls of AbortController.abort, each of which creates an event. */
  aborts: number;
  /** Statements that the store executed. */
  statements: number;
  /** Hashes, of which every cursor has one. */
  hashes: number;
  /** Calls of JSON.stringify. */
  texts: number;
}

/** Counts what this thread does while `run` runs. */
export async function workOf(run: () => Promise<void>): Promise<Work> {
  const work: Work = {
    ...{ promises: 0, timers: 0, controllers: 0, aborts: 0, statements: 0, hashes: 0, texts: 0 },
  };
  const hook = createHook({
    init(_, type) {
      if (type === 'PROMISE') work.promises++;
      if (type === 'Timeout') work.timers++;
    },
  });
  const restore = [
    counting(StatementSync.prototype, 'all', () => work.statements++),
    counting(crypto, 'hash', () => work.hashes++),
    counting(JSON, 'stringify', () => work.texts++),
    counting(AbortController.prototype, 'abort', () => work.aborts++),
    countingControllers(() => work.controllers++),
  ];
  syncBuiltinESMExports();
  hook.enable();
  try {
    await run();
  } finally {
    hook.disable();
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
  return work;
}

/** Calls `count` before each call of a method. Returns the function that restores it. */
function counting(target: object, name: string, count: () => void): () => void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`there is no method ${name}`);
  const call = original;
  function counted(this: unknown, ...args: unknown[]): unknown {
    count();
    return Reflect.apply(call, this, args);
  }
  Reflect.set(target, name, counted);
  return () => void Reflect.set(target, name, original);
}

function countingControllers(count: () => void): () => void {
  const Original = globalThis.AbortController;
  globalThis.AbortController = class extends Original {
    constructor() {
      super();
      count();
    }
  };
  return () => {
    globalThis.AbortController = Original;
  };
}

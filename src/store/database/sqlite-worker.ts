import { parentPort, workerData } from 'node:worker_threads';
import { SqliteSession } from './sqlite-session.ts';
import type { SqliteFailure, SqliteReply, SqliteRequest } from './sqlite-thread.ts';
import { ReceivedTexts } from './statement-texts.ts';

/** Milliseconds without a request after which the session is tidied. */
const IDLE_MS = 2;

/** The thread that SqliteThread starts: one connection, which executes one request at a time. */
const session = new SqliteSession(workerData);
const texts = new ReceivedTexts();
let timer: NodeJS.Timeout | undefined;

parentPort?.on('message', ({ id, action, statements }: SqliteRequest) => {
  try {
    if (action === 'close') session.close();
    // Also when the action fails: later messages do not repeat the texts.
    const received = statements.map((statement) => texts.statement(statement));
    reply({ id, results: action === 'close' ? [] : session.run(action, received) });
  } catch (error) {
    reply({ id, failure: failureOf(error) });
  }
  tidyWhenIdle();
});
reply('ready');

/** After a pause in the requests, so that none waits for it. */
function tidyWhenIdle(): void {
  clearTimeout(timer);
  if (!session.isUntidy) return;
  timer = setTimeout(() => {
    try {
      session.tidy();
    } catch {
      // Another program holds a lock, or the disk is full: commits find out.
    }
  }, IDLE_MS);
}

function reply(message: SqliteReply): void {
  parentPort?.postMessage(message);
}

/** The structured clone of an Error loses the properties that SQLite's errors have. */
function failureOf(error: unknown): SqliteFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), properties: {} };
  return { name: error.name, message: error.message, properties: { ...error } };
}

import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Backlog } from '../backlog.ts';
import type { Answer } from './execution.ts';
import { type ResultStream, resultStream } from './result-stream.ts';

/** Answers of fewer characters are not counted: Node bounds how many of them wait. */
const SMALL = 50_000;

/** Counts the answers that wait for one HTTP client. */
export interface Unread {
  /** Counts an answer until its response is closed. */
  answer(answer: Answer): Answer;
  /** Counts each event until the next one is read. */
  events(stream: ResultStream): ResultStream;
}

export function unreadOf(response: ServerResponse, subject: string, backlog: Backlog): Unread {
  const count = (length: number): (() => void) => {
    if (length < SMALL) return () => {};
    const release = backlog.add(subject, length, () => response.destroy());
    response.once('close', release);
    return () => {
      response.off('close', release);
      release();
    };
  };
  return {
    answer(answer) {
      count(answer.stringify().length);
      return answer;
    },
    events(stream) {
      let release = (): void => {};
      return resultStream({
        async next() {
          release();
          const { value } = await stream.next();
          if (value) release = count(lengthOf(value));
          return value;
        },
        end() {
          release();
          void stream.return?.();
        },
      });
    },
  };
}

function lengthOf(result: ExecutionResult & { stringify?: () => string }): number {
  return result.stringify?.().length ?? 0;
}

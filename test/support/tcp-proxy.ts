import { onTestFinished } from 'vitest';
import { openTcpLine, type TcpLine } from './tcp-line.ts';

/** A proxy in front of a server on 127.0.0.1, gone when the test ends. */
export async function startTcpProxy(target: number): Promise<TcpLine> {
  const line = await openTcpLine(target);
  onTestFinished(() => line.close());
  return line;
}

import { expect, test } from 'vitest';
import { codedErrors, json, send } from '../server/send.support.ts';
import { startTestGateway } from '../support/gateway.ts';

const list = (first: number) =>
  json({ query: `{ notifications(first: ${first}) { nodes { raw } } }` });

test('a page of messages that is too large names the page that fits', async () => {
  const { url } = await startTestGateway({ env: { MAX_ANSWER_BYTES: '1000000' } });
  const push = url.replace('/graphql', '/notifications/push');
  const data = Buffer.from(json({ text: 'x'.repeat(50_000) })).toString('base64');
  for (let n = 0; n < 30; n++) {
    const { status } = await send(push, { body: json({ message: { messageId: `m${n}`, data } }) });
    expect(status).toBe(204);
  }
  const refused = await send(url, { body: list(1000) });
  const [error] = codedErrors(refused.text);
  expect(error).toMatchObject({ path: ['notifications'], extensions: { code: 'BAD_USER_INPUT' } });
  const fitting = Number(/first: (\d+) or less/.exec(error?.message ?? '')?.[1]);
  expect(fitting).toBeGreaterThan(15);
  const answered = await send(url, { body: list(fitting) });
  expect(JSON.parse(answered.text).data.notifications.nodes).toHaveLength(fitting);
});

import { serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

test('every audit of GraphQL over HTTP passes', async () => {
  const { url } = await startTestGateway();
  const audits = serverAudits({ url });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const failed = results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.status}: ${result.name} (${result.reason})`],
  );
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
});

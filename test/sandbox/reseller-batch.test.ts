import { describe, expect, test } from 'vitest';
import { batch, get, printBatch, v1 } from './batch.support.ts';
import { restClient, testSandbox } from './sandbox.support.ts';

describe('POST /batch', () => {
  test.each([
    ['batch', '\r\n', 'batch_x'],
    ['batch/reseller/v1', '\r\n', 'b.1+2(3)'],
    ['batch', '\n', '===============7330845974216740156=='],
  ])('%s returns successes and failures in the order of the request', async (path, eol, boundary) => {
    const sandbox = await testSandbox();
    const parts = [get('flexible'), get('nobody'), get('shared-studio'), get('sparse')];
    const responses = await batch(sandbox, parts, { path, eol, boundary });
    expect(responses.map(({ status }) => status)).toEqual([200, 404, 409, 200]);
    expect(responses[0]?.json.customerDomain).toBe('flexible.example');
    expect(responses[1]?.json.error.errors[0].reason).toBe('notFound');
    expect(responses[3]?.json.customerDomain).toBe('sparse.example');
  });

  test('echoes Content-IDs', async () => {
    const sandbox = await testSandbox();
    const parts = [
      { ...get('flexible'), id: '<item + 1>' },
      { ...get('sparse'), id: 'x' },
      get('nobody'),
    ];
    const ids = (await batch(sandbox, parts)).map(({ id }) => id);
    expect(ids).toEqual(['<response-item + 1>', 'response-x', undefined]);
  });

  test('keeps the order when calls take different times', async () => {
    const sandbox = await testSandbox();
    sandbox.faults.add({ method: 'customers.get', latencyMs: 30, times: 1 });
    const responses = await batch(sandbox, [get('flexible'), get('sparse')]);
    expect(responses.map(({ json }) => json.customerDomain)).toEqual([
      'flexible.example',
      'sparse.example',
    ]);
  });

  test('supports writes with a body and parameters', async () => {
    const sandbox = await testSandbox();
    const patch = {
      request: `PATCH ${v1}/customers/flexible.example?fields=alternateEmail`,
      body: { alternateEmail: 'é@other.example' },
    };
    const [response] = await batch(sandbox, [patch]);
    expect(response?.json).toEqual({ alternateEmail: 'é@other.example' });
  });

  test('an invalid part or a path outside the API fails alone', async () => {
    const sandbox = await testSandbox();
    const parts = [
      { request: 'nonsense' },
      { request: 'POST /batch' },
      { request: 'GET https://elsewhere.example/x' },
      get('flexible'),
    ];
    const statuses = (await batch(sandbox, parts)).map(({ status }) => status);
    expect(statuses).toEqual([400, 404, 400, 200]);
  });

  test("a part's authorization overrides that of the batch", async () => {
    const sandbox = await testSandbox({ token: 'secret' });
    const parts = [get('flexible'), { ...get('flexible'), headers: ['authorization: Bearer x'] }];
    const headers = { authorization: 'Bearer secret' };
    const statuses = (await batch(sandbox, parts, { headers })).map(({ status }) => status);
    expect(statuses).toEqual([200, 401]);
    const own = parts.map((part) => ({ ...part, headers: ['Authorization: Bearer secret'] }));
    expect((await batch(sandbox, own)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('accepts at most 1000 calls', async () => {
    const sandbox = await testSandbox();
    const many = Array.from({ length: 1000 }, () => get('flexible'));
    expect(await batch(sandbox, many)).toHaveLength(1000);
    const rest = restClient(sandbox);
    const type = { 'content-type': 'multipart/mixed; boundary=b' };
    const tooMany = printBatch([...many, get('flexible')], 'b', '\r\n');
    const { status, json } = await rest('POST', '/batch', tooMany, type);
    expect(status).toBe(400);
    expect(json.error.message).toContain('at most 1000');
  });

  test.each([
    ['another content type', { 'content-type': 'application/json' }, '{}'],
    ['no boundary', { 'content-type': 'multipart/mixed' }, '--b--'],
    ['no parts', { 'content-type': 'multipart/mixed; boundary=b' }, '--b--'],
  ])('rejects %s', async (_, headers, body) => {
    const rest = restClient(await testSandbox());
    const { status, json } = await rest('POST', '/batch', body, headers);
    expect(status).toBe(400);
    expect(json.error.errors[0].reason).toBe('badRequest');
  });

  test('counts as one request with its calls', async () => {
    const sandbox = await testSandbox();
    await batch(sandbox, [get('flexible'), get('sparse')]);
    expect(sandbox.calls.counts()).toEqual({ batch: 1, 'customers.get': 2 });
    expect(sandbox.calls.requests).toBe(1);
  });
});

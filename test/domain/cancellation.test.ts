import { describe, expect, test, vi } from 'vitest';
import { abortSignalOf, Cancellation, type CancelSignal } from '../../src/domain/cancellation.ts';

/** A signal and what aborts it, in both forms. */
const forms: [string, () => { signal: CancelSignal; abort(reason: unknown): void }][] = [
  [
    'a Cancellation',
    () => {
      const signal = new Cancellation();
      return { signal, abort: (reason) => signal.abort(reason) };
    },
  ],
  [
    'an AbortSignal',
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
    },
  ],
];

describe.each(forms)('%s', (_, create) => {
  test('calls its listeners once, in their order', () => {
    const { signal, abort } = create();
    const calls: string[] = [];
    signal.addEventListener('abort', () => calls.push('first'), { once: true });
    signal.addEventListener('abort', { handleEvent: () => calls.push('second') }, { once: true });
    abort(new Error('late'));
    abort(new Error('again'));
    expect(calls).toEqual(['first', 'second']);
  });

  test('keeps the first reason, which it throws', () => {
    const { signal, abort } = create();
    const reason = new Error('gone');
    expect(signal.aborted).toBe(false);
    expect(signal.reason).toBeUndefined();
    expect(() => signal.throwIfAborted()).not.toThrow();
    abort(reason);
    abort(new Error('again'));
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(() => signal.throwIfAborted()).toThrow(reason);
  });

  test('is aborted when it calls its listeners', () => {
    const { signal, abort } = create();
    const seen: unknown[] = [];
    signal.addEventListener('abort', () => seen.push(signal.aborted, signal.reason));
    abort('gone');
    expect(seen).toEqual([true, 'gone']);
  });

  test('does not call a listener that was removed, also while it calls the others', () => {
    const { signal, abort } = create();
    const [removed, last] = [vi.fn(), vi.fn()];
    const remove = vi.fn(() => signal.removeEventListener('abort', last));
    signal.addEventListener('abort', removed);
    signal.addEventListener('abort', remove);
    signal.addEventListener('abort', last);
    signal.removeEventListener('abort', removed);
    abort('gone');
    expect(remove).toHaveBeenCalledOnce();
    expect(removed).not.toHaveBeenCalled();
    expect(last).not.toHaveBeenCalled();
  });

  test('does not call a listener that comes too late', () => {
    const { signal, abort } = create();
    const listener = vi.fn();
    abort('gone');
    signal.addEventListener('abort', listener);
    abort('again');
    expect(listener).not.toHaveBeenCalled();
  });

  test('is an AbortSignal for libraries, before and after it aborts', () => {
    const { signal, abort } = create();
    const early = abortSignalOf(signal);
    expect(early.aborted).toBe(false);
    abort('gone');
    expect(early).toMatchObject({ aborted: true, reason: 'gone' });
    expect(abortSignalOf(signal)).toMatchObject({ aborted: true, reason: 'gone' });
  });
});

/**
 * The results in their order, like `Promise.all` after a `catch` of each call, which takes two promises
 * more for each: a list makes hundreds of calls.
 * @param failed turns the error of a call into its result; what it throws is the error of all
 */
export function allOf<T, F>(
  calls: readonly (Promise<T> | F)[],
  failed: (error: unknown) => F,
): Promise<(T | F)[]> {
  return new Promise((resolve, reject) => {
    const results: (T | F)[] = new Array(calls.length);
    let left = calls.length;
    const end = (at: number, result: T | F): void => {
      results[at] = result;
      left--;
      if (left === 0) resolve(results);
    };
    if (left === 0) resolve(results);
    for (const [at, call] of calls.entries()) {
      if (call instanceof Promise) {
        call.then(
          (value) => end(at, value),
          (error: unknown) => {
            try {
              end(at, failed(error));
            } catch (fault) {
              reject(fault);
            }
          },
        );
      } else {
        end(at, call);
      }
    }
  });
}

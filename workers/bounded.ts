/**
 * Wraps an async function so that at most `limit` calls run at once; further ones wait their turn, first come first
 * served.
 */
export function bounded<A extends unknown[], R>(limit: number, call: (...args: A) => Promise<R>) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (...args: A): Promise<R> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await call(...args);
    } finally {
      const next = waiting.shift();
      // The place is handed on, so that a newcomer cannot take it in between.
      if (next === undefined) running--;
      else next();
    }
  };
}

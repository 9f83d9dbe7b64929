/** A value or a promise of it: user code may be sync or async. */
export type Awaitable<T> = T | Promise<T>;

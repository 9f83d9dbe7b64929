/** Whole numbers from `start` to `end`, both included, `step` apart. */
export interface Progression {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Puts numbers, best in ascending order, into few progressions. */
export function progressions(values: readonly number[]): Progression[] {
  const found: Progression[] = [];
  for (let at = 0; at < values.length;) {
    const start = values[at] ?? 0;
    const step = Math.max(1, (values[at + 1] ?? start + 1) - start);
    let count = 1;
    while (values[at + count] === start + count * step) count++;
    // Two numbers are a range only if nothing lies between them.
    if (count === 2 && step > 1) count = 1;
    found.push({ start, end: start + (count - 1) * step, step: count === 1 ? 1 : step });
    at += count;
  }
  return found;
}

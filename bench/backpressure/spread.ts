/** Numbers in a line for people: the middle one, the one that 99 of 100 do not exceed, the greatest. */
export function spread(numbers: readonly number[], unit = 'ms'): string {
  if (numbers.length === 0) return 'none';
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const [median, late, last] = [at(0.5), at(0.99), at(1)].map((number) => number.toFixed(0));
  return `p50 ${median}  p99 ${late}  max ${last} ${unit}  (${numbers.length})`;
}

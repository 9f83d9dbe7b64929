import type { Connection } from './connection.ts';

/** Any order, as the catalogue promises none; unless it is set to keep to one. */
export function shuffled<T>(connection: Connection, rows: T[]): T[] {
  if (connection.setting('shuffle') === 'off') return rows;
  return rows
    .map((row) => ({ row, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ row }) => row);
}

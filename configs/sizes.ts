import { z } from 'zod';

const KIB = 1024;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1000],
  ['KiB', KIB],
  ['MB', 1000 ** 2],
  ['MiB', KIB ** 2],
  ['GB', 1000 ** 3],
  ['GiB', KIB ** 3],
]);
const SIZE = /^(\d+) *([A-Za-z]+)$/;

/** A size in a config file: text such as `10 MiB` in, bytes out. */
export function sizeText(maxBytes: number) {
  return z.unknown().transform((value, context) => {
    const [, amount, unit = ''] = (typeof value === 'string' && SIZE.exec(value.trim())) || [];
    const bytes = Number(amount) * (UNITS.get(unit) ?? Number.NaN);
    if (bytes >= 1 && bytes <= maxBytes) return bytes;
    context.addIssue({
      code: 'custom',
      message: `text with a whole number and a unit (${[...UNITS.keys()].join(', ')}), such as "10 MiB", at most ${maxBytes} B`,
    });
    return z.NEVER;
  });
}

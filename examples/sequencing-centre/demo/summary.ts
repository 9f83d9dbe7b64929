import type { Stock } from './take-stock.ts';
import { type Count, isAsExpected } from './verdict.ts';

const SHOWN_FAULTS = 20;

/** The summary in lines for people. */
export function summaryLines({ verdict, gone, untouched, compared, list }: Stock): string[] {
  const { totals, rules, receivers, faults } = verdict;
  return [
    'The zone and the jar',
    ...table(totals),
    `  ${untouched} objects were there before and nothing happened to them: they have no cookies`,
    `  ${gone.objects} objects are gone, to the trash or for good: ${gone.cookies} of them have cookies`,
    '',
    'Which rules decided (cookies of objects in the zone; some have several)',
    ...table(rules),
    '',
    'Notifications (of objects in the zone, by receiver)',
    ...table(receivers),
    `  the list has ${list.objects} objects, ${list.gone} of them gone by now: ${list.file}`,
    '',
    `The jar against the catalogue: ${compared.avus} AVUs and ${compared.replicas} replicas, ${
      faults.length === 0 ? 'nothing lost, nothing doubled' : `${faults.length} differences`
    }`,
    ...faults.slice(0, SHOWN_FAULTS).map((fault) => `  ${fault}`),
    ...(faults.length > SHOWN_FAULTS ? [`  and ${faults.length - SHOWN_FAULTS} more`] : []),
    isAsExpected(verdict) ? 'Everything is as expected.' : 'NOT EVERYTHING IS AS EXPECTED.',
  ];
}

function table(counts: readonly Count[]): string[] {
  const width = Math.max(...counts.map(({ name }) => name.length));
  const digits = Math.max(...counts.map(({ found }) => String(found).length));
  return counts.map(({ name, found, expected }) => {
    const comment = found === expected ? 'as expected' : `EXPECTED ${expected}`;
    return `  ${name.padEnd(width)}  ${String(found).padStart(digits)}  ${comment}`;
  });
}

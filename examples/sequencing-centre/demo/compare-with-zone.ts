import { z } from 'zod';
import type { Cookie } from '../../../cookiejar/cookie.ts';
import type { ZoneObject } from './zone-contents.ts';

const updateSchema = z.object({
  data_id: z.string(),
  modified_metadata: z.record(z.string(), z.array(z.string())),
  modified_replicas: z.array(
    z.object({ number: z.number(), checksum: z.string().nullable(), up_to_date: z.boolean() }),
  ),
});

type Update = z.output<typeof updateSchema>;

/**
 * What a cookie says of an object against what the catalogue has: every AVU since the retrieval's beginning in one update
 * and not in a second one, every replica as it is now.
 * @param since epoch second at which the retrieval begins
 * @returns what differs, in words
 */
export function differences(cookie: Cookie, object: ZoneObject, since: number): string[] {
  const updates = cookie.enrichments.fromSource('irods_update').map(({ metadata }) => updateSchema.parse(metadata));
  return [
    ...updates.filter(({ data_id: id }) => id !== object.dataId).map(({ data_id: id }) => `is of the object ${id}`),
    ...avuDifferences(updates, object, since),
    ...replicaDifferences(updates, object, since),
  ].map((difference) => `${cookie.identifier}: ${difference}`);
}

function avuDifferences(updates: readonly Update[], { avus }: ZoneObject, since: number): string[] {
  const heard = new Map<string, number>();
  for (const { modified_metadata: added } of updates)
    for (const [attribute, values] of Object.entries(added))
      for (const value of values) count(heard, `${attribute} = ${value}`);
  const wanted = avus
    .filter(({ modified }) => modified >= since)
    .map(({ attribute, value }) => `${attribute} = ${value}`);
  const lost = wanted.filter((avu) => !heard.has(avu)).map((avu) => `${avu} was lost`);
  const doubled = [...heard].filter(([, times]) => times > 1).map(([avu, times]) => `${avu} came ${times} times`);
  const invented = [...heard.keys()]
    .filter((avu) => !wanted.includes(avu))
    .map((avu) => `${avu} is not in the catalogue`);
  return [...lost, ...doubled, ...invented];
}

function replicaDifferences(updates: readonly Update[], { replicas }: ZoneObject, since: number): string[] {
  const heard = new Map(
    updates.flatMap(({ modified_replicas: some }) =>
      some.map(({ number, checksum, up_to_date: good }) => [number, JSON.stringify([checksum, good])] as const),
    ),
  );
  const wanted = [...replicas].filter(([, { modified }]) => modified >= since);
  const stale = wanted
    .filter(([number, { checksum, good }]) => heard.get(number) !== JSON.stringify([checksum, good]))
    .map(([number]) => `replica ${number} is not as the catalogue has it`);
  const invented = [...heard.keys()]
    .filter((number) => !replicas.has(number))
    .map((number) => `replica ${number} is not in the catalogue`);
  return [...stale, ...invented];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

import type { Avu } from '../../../test/support/irods/catalogue-entries.ts';

/** What happens to an object. `at` says when: 0 is the beginning of the demo, 1 its end; before it below 0. */
export type ObjectEvent = { readonly at: number } & (
  | { readonly kind: 'created'; readonly checksum: string }
  | { readonly kind: 'described'; readonly avus: readonly Avu[] }
  /** A second replica is being written. */
  | { readonly kind: 'replicating' }
  | { readonly kind: 'replicated'; readonly checksum: string }
  | { readonly kind: 'trashed' }
  | { readonly kind: 'removed' }
);

/** An object of the demo's zone, and its whole life in the order in which it happens. */
export interface PlannedObject {
  readonly path: string;
  readonly events: readonly ObjectEvent[];
}

/** Every AVU that is ever put on an object. */
export function avusOf({ events }: PlannedObject): readonly Avu[] {
  return events.flatMap((event) => (event.kind === 'described' ? event.avus : []));
}

/** The values of one attribute. */
export function plannedValues(object: PlannedObject, attribute: string): readonly string[] {
  return avusOf(object).flatMap((avu) => (avu.attribute === attribute ? [avu.value] : []));
}

/** Whether the object is in the zone in the end. */
export function stays({ events }: PlannedObject): boolean {
  return !events.some(({ kind }) => kind === 'trashed' || kind === 'removed');
}

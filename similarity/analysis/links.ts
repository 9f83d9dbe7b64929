import type { Measurements } from '../neighbours/neighbour-engine.ts';

/** A neighbour as it is kept with a cookie. */
export interface Link {
  /** What stands for its identifier. */
  readonly ref: string;
  readonly measurements: Measurements;
}

/**
 * The links of one cookie as one text, the best first: `<ref>:<ssdeep>` or `<ref>:<ssdeep>:<attributes>`, with spaces between. A text takes
 * a tenth of the memory of objects, and whether a ref is in it is quickly told, because refs have neither colons nor spaces.
 */
export function linksText(links: Iterable<Link>): string {
  return Array.from(links, linkText).join(' ');
}

/** What {@link linksText} wrote. */
export function parseLinks(text: string): Link[] {
  return text === '' ? [] : text.split(' ').map(parseLink);
}

/** What the links say of one ref; undefined if it is not among them. */
export function measurementsIn(text: string, ref: string): Measurements | undefined {
  const at = text.indexOf(ref);
  if (at < 0) return undefined;
  const end = text.indexOf(' ', at);
  return parseLink(text.slice(at, end < 0 ? undefined : end)).measurements;
}

/** Whether two measurements say the same. */
export function sameMeasurements(one: Measurements, other: Measurements): boolean {
  return one.ssdeep_similarity === other.ssdeep_similarity && one.attribute_similarity === other.attribute_similarity;
}

function linkText({ ref, measurements }: Link): string {
  const { ssdeep_similarity: ssdeep, attribute_similarity: attributes } = measurements;
  return `${ref}:${ssdeep ?? ''}${attributes === undefined ? '' : `:${attributes}`}`;
}

function parseLink(text: string): Link {
  const [ref = '', ssdeep = '', attributes = ''] = text.split(':');
  return {
    ref,
    measurements: {
      ...(ssdeep !== '' && { ssdeep_similarity: Number(ssdeep) }),
      ...(attributes !== '' && { attribute_similarity: Number(attributes) }),
    },
  };
}

import { z } from 'zod';

/** Levels as iRODS 4.2 and 4.3 spell them, in baton's own words. */
const LEVELS: Readonly<Record<string, string>> = { read_object: 'read', modify_object: 'write' };

const avuSchema = z.object({ attribute: z.string(), value: z.string(), units: z.string().exactOptional() });

const accessSchema = z.object({
  owner: z.string(),
  /** Left out by baton before 0.15. */
  zone: z.string().exactOptional(),
  level: z.string().transform((level) => {
    const token = level.replaceAll(' ', '_');
    return Object.hasOwn(LEVELS, token) ? (LEVELS[token] ?? token) : token;
  }),
});

const replicaSchema = z.object({
  number: z.number(),
  valid: z.boolean(),
  checksum: z.string().nullable().default(null),
  location: z.string().exactOptional(),
  resource: z.string().exactOptional(),
});

/** Before 2.0.0 baton left out the zone, which has always been UTC. */
const instantSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$/)
  .transform((text) => (text.endsWith('Z') ? text : `${text}Z`));

const timestampSchema = z.object({
  created: instantSchema.exactOptional(),
  modified: instantSchema.exactOptional(),
  replicates: z.number().exactOptional(),
});

/** A metadata query gives the size as text. */
const sizeSchema = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);

/** What baton lists of one data object or collection, over all of its versions. */
export const listingSchema = z.object({
  collection: z.string(),
  data_object: z.string().exactOptional(),
  size: sizeSchema.exactOptional(),
  checksum: z.string().nullable().exactOptional(),
  avus: z.array(avuSchema).transform(inOrder).exactOptional(),
  access: z.array(accessSchema).transform(inOrder).exactOptional(),
  replicates: z.array(replicaSchema).transform(inOrder).exactOptional(),
  timestamps: z.array(timestampSchema).transform(inOrder).exactOptional(),
});

/**
 * What iRODS knows of one data object or collection, in baton's words. Without `data_object` it is a collection; without
 * `replicates` a replica was being written. Lists are in an order of their own, as the catalogue's changes from one
 * listing to the next. Time stamps are ISO texts in UTC, `size` is in bytes.
 */
export type Listing = z.output<typeof listingSchema>;

/** What lies in a collection, not deeper: paths and nothing else. */
export const contentsSchema = z.object({
  collection: z.string(),
  data_object: z.never().exactOptional(),
  contents: z.array(z.object({ collection: z.string(), data_object: z.string().exactOptional() })).default([]),
});

function inOrder<T extends object>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: sortKey(item) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ item }) => item);
}

/** The members that tell entries apart, the telling ones first. */
function sortKey(item: object): string {
  const members: Readonly<Record<string, unknown>> = { ...item };
  const telling = [
    'attribute',
    'value',
    'units',
    'owner',
    'zone',
    'level',
    'number',
    'replicates',
    'created',
    'modified',
  ];
  return telling.map((name) => padded(members[name])).join('\u0000');
}

function padded(member: unknown): string {
  if (typeof member === 'number') return String(member).padStart(16, '0');
  return typeof member === 'string' ? member : '';
}

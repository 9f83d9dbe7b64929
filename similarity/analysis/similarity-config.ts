import { z } from 'zod';

const SCORE_TEXT = 'a number from 0 to 100; pairs that score higher are similar';
const TYPE_TEXT =
  'a type: "*", a media type such as "image/png" or "image/*", its second half such as "png", or a short name such as "apk"';
const RULES_TEXT = 'types with lists of the types that they are compared with, such as {"*": ["*"]} or {"*": ["apk"]}';
const FIELDS_TEXT = 'a list of places in enrichments, such as [{"source": "digests", "key": "ssdeep"}]';
const SOURCE_TEXT = 'the name of a source of enrichments, such as "digests"';
const KEY_TEXT = 'a key of the metadata, such as "ssdeep", or a path to it, such as "modified_metadata.ssdeep"';
const WEIGHT_TEXT = 'a number above 0, at most 1000';
const NEIGHBOURS_TEXT = 'a whole number from 1 to 1000';

const HIGHEST_SCORE = 100;
const HIGHEST_WEIGHT = 1000;
const MOST_NEIGHBOURS = 1000;

const fieldSchema = z.strictObject({
  /** Of the enrichments looked into. */
  source: z.string(SOURCE_TEXT).min(1, SOURCE_TEXT),
  /** In their metadata. */
  key: z.string(KEY_TEXT).min(1, KEY_TEXT),
});

const attributeSchema = z.strictObject({
  source: z.string(SOURCE_TEXT).min(1, SOURCE_TEXT),
  /** Where it is left out: all of the metadata. */
  key: z.string(KEY_TEXT).min(1, KEY_TEXT).exactOptional(),
  /** How much one value of it counts, beside those of other attributes. */
  weight: z.number(WEIGHT_TEXT).gt(0, WEIGHT_TEXT).max(HIGHEST_WEIGHT, WEIGHT_TEXT).default(1),
});

/** Keys of `SimilarityAnalysis.json` beside those of every periodic worker. */
export const similarityConfigSchema = z.strictObject({
  /** What the score of two digests must exceed. */
  ssdeep_threshold: score(),
  /** Which types are compared with which, both ways. */
  comparison_type_rules: z
    .record(type(), z.array(type(), RULES_TEXT).min(1, `${RULES_TEXT}; at least one`), RULES_TEXT)
    .default({ '*': ['*'] }),
  /** Where digests are found; the first place that has one counts. */
  digests: fields().default([{ source: 'digests', key: 'ssdeep' }]),
  /** Where media types are found; the first place that has one counts. */
  types: fields().default([
    { source: 'digests', key: 'media_type' },
    { source: 'media_type', key: 'media_type' },
  ]),
  /** What cookies are compared by beside digests. */
  attributes: z.array(attributeSchema, FIELDS_TEXT).default([]),
  /** What the score of two cookies' attributes must exceed. */
  attribute_threshold: score(),
  /** How many neighbours of one cookie are kept, the best ones. */
  neighbours: z
    .number(NEIGHBOURS_TEXT)
    .int(NEIGHBOURS_TEXT)
    .min(1, NEIGHBOURS_TEXT)
    .max(MOST_NEIGHBOURS, NEIGHBOURS_TEXT)
    .default(50),
});

/** What the analysis is told. */
export type SimilarityConfig = z.output<typeof similarityConfigSchema>;

/** A place in the enrichments of one source. */
export type FieldConfig = z.output<typeof fieldSchema>;

function score() {
  return z.number(SCORE_TEXT).min(0, SCORE_TEXT).max(HIGHEST_SCORE, SCORE_TEXT).default(70);
}

function fields() {
  return z.array(fieldSchema, FIELDS_TEXT).min(1, `${FIELDS_TEXT}; at least one`);
}

function type() {
  return z.string(TYPE_TEXT).trim().min(1, TYPE_TEXT);
}

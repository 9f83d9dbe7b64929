import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** A number that comes again as a float in Erlang: with a fraction or an exponent. Texts are matched to be passed over. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Bytes of what CouchDB puts into a sequence of a database with many shards. */
const SEQUENCE_BYTES = 600;

const changesSchema = z.looseObject({
  results: z.array(z.looseObject({ seq: z.number() })),
  last_seq: z.number(),
});

/** JSON with its numbers written as CouchDB's encoder writes them: `1e+21` becomes `1.0e21`. */
export function asErlangWrites(json: string): string {
  return json.replace(TEXT_OR_NUMBER, (token) => (/^[-\d].*[.eE]/.test(token) ? float(token) : token));
}

function float(token: string): string {
  const [mantissa = '', exponent] = Number(token).toString().split('e');
  const digits = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? digits : `${digits}e${exponent.replace('+', '')}`;
}

/** An answer of `_changes` as a cluster gives it: partially ordered, its sequences opaque and long. */
export function asOpaqueChanges(json: string): string {
  const { results, last_seq: last, ...rest } = changesSchema.parse(JSON.parse(json));
  const rows = results.map((row) => ({ ...row, seq: opaque(row.seq) })).toReversed();
  return JSON.stringify({ results: rows, last_seq: opaque(last), ...rest });
}

/** The number inside a sequence that {@link asOpaqueChanges} gave; undefined for any other text. */
export function sequenceIn(sequence: string): number | undefined {
  const found = /^(\d+)-g1AAAA/.exec(sequence)?.[1];
  return found === undefined ? undefined : Number(found);
}

function opaque(sequence: number): string {
  return `${sequence}-g1AAAA${randomBytes(SEQUENCE_BYTES).toString('base64url')}`;
}

import { readFileSync } from 'node:fs';

/** Contents and their digests by libfuzzy. */
export interface GoldenDigests {
  readonly items: readonly {
    readonly kind: string;
    readonly size: number;
    readonly base64: string;
    readonly ssdeep: string;
  }[];
  readonly large: readonly { readonly seed: number; readonly size: number; readonly ssdeep: string }[];
}

/** Pairs of digests and their scores by libfuzzy; of malformed ones, a text that says so. */
export interface GoldenScores {
  readonly pairs: readonly { readonly a: string; readonly b: string; readonly score: number }[];
  readonly invalid: readonly (readonly [string, string, number | string])[];
}

/** Digests of real files, and all pairs of them that score above the threshold. */
export interface GoldenPairs {
  readonly threshold: number;
  readonly digests: readonly string[];
  readonly pairs: readonly (readonly [number, number, number])[];
}

export const goldenDigests = readFixture('ssdeep-digests') as GoldenDigests;
export const goldenScores = readFixture('ssdeep-scores') as GoldenScores;
export const goldenPairs = readFixture('ssdeep-all-pairs-1000') as GoldenPairs;

/** The bytes of a large golden, which are told by their seed. */
export function largeContent(seed: number, size: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 255;
  });
}

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
}

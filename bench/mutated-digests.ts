import { readFileSync } from 'node:fs';
import { z } from 'zod';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const FIXTURE = new URL('../test/fixtures/ssdeep-all-pairs-1000.json', import.meta.url);

/**
 * Digests made of real ones, the first `originals` of a list: each has up to 20 edits in its first text and about half as many in its
 * second. The same on every run.
 */
export function mutatedDigests(size: number, originals: number): string[] {
  const real = z
    .object({ digests: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(FIXTURE, 'utf8')))
    .digests.slice(0, originals);
  const chance = seeded(20260105);
  return Array.from({ length: size }, () => {
    const original = real[Math.floor(chance() * real.length)] ?? '';
    const [blockSize = '', first = '', second = ''] = original.split(':');
    const edits = Math.floor(chance() ** 2 * 21);
    return `${blockSize}:${edited(first, edits, 64, chance)}:${edited(second, edits >> 1, 32, chance)}`;
  });
}

function edited(text: string, edits: number, longest: number, chance: () => number): string {
  const letters = text.split('');
  for (let edit = 0; edit < edits; edit += 1) {
    const removed = Math.floor(chance() * 2);
    const added = Math.floor(chance() * 2);
    const inserted = Array.from({ length: added }, () => LETTERS[Math.floor(chance() * LETTERS.length)] ?? '');
    letters.splice(Math.floor(chance() * (letters.length + 1)), removed, ...inserted);
  }
  return letters.slice(0, longest).join('');
}

/** Mulberry32, by T. Ettinger. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

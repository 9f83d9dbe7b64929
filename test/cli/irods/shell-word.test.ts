import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { shellWord } from '../../../cli/irods/shell-word.ts';

describe('a text as a word of sh', () => {
  it('is that text to the shell, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme' }).map((some) => some.replaceAll('\0', ''));
    const texts = fc.array(
      fc.oneof(text, fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '\n', '-', ' ') })),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(texts, (some) => {
        const script = `for word in ${some.map(shellWord).join(' ')}; do printf '%s\\0' "$word"; done`;
        const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
        expect(said.split('\0').slice(0, -1)).toEqual(some);
      }),
      { numRuns: 30 },
    );
  });
});

import { readFileSync } from 'node:fs';
import { check } from '../../configs/problems.ts';
import { similarityConfigSchema } from '../../similarity/analysis/similarity-config.ts';
import { TypeRules } from '../../similarity/analysis/type-rules.ts';

const example = new URL('../../configs/examples/SimilarityAnalysis.json', import.meta.url);

function problemsOf(config: unknown): string[] {
  return check(similarityConfigSchema, config, 'SimilarityAnalysis.json').problems.map(
    ({ path, found, allowed }) => `${path}: found ${found}; allowed ${allowed}`,
  );
}

describe('The configuration of the similarity analysis', () => {
  it('may be empty: everything is compared with everything, by the digests of the shipped loader', () => {
    expect(similarityConfigSchema.parse({})).toEqual({
      ssdeep_threshold: 70,
      comparison_type_rules: { '*': ['*'] },
      digests: [{ source: 'digests', key: 'ssdeep' }],
      types: [
        { source: 'digests', key: 'media_type' },
        { source: 'media_type', key: 'media_type' },
      ],
      attributes: [],
      attribute_threshold: 70,
      neighbours: 50,
    });
  });

  it('has an example that is right', () => {
    const { interval: _, ...own } = JSON.parse(readFileSync(example, 'utf8')) as Record<string, unknown>;
    expect(problemsOf(own)).toEqual([]);
  });

  it('says of each mistake where it is, what was found and what is allowed', () => {
    const problems = problemsOf({
      ssdeep_threshold: 101,
      comparison_type_rules: { apk: 'jar', png: [] },
      digests: [{ source: 'digests' }],
      attributes: [{ source: 'a', weight: 0 }],
      neighbours: 0.5,
      ssdeep_treshold: 70,
    });
    expect(problems).toEqual([
      'ssdeep_threshold: found 101; allowed a number from 0 to 100; pairs that score higher are similar',
      expect.stringMatching(/^comparison_type_rules\.apk: found "jar"; allowed types with lists of the types/),
      expect.stringMatching(/^comparison_type_rules\.png: found \[\]; allowed types with lists of .*; at least one$/),
      expect.stringMatching(/^digests\[0\]\.key: found nothing; allowed a key of the metadata/),
      'attributes[0].weight: found 0; allowed a number above 0, at most 1000',
      'neighbours: found 0.5; allowed a whole number from 1 to 1000',
      expect.stringMatching(/^ssdeep_treshold: found an unknown key; allowed did you mean ssdeep_threshold\?/),
    ]);
  });
});

describe('Comparison type rules', () => {
  const APK = 'application/vnd.android.package-archive';
  const JAR = 'application/java-archive';

  it.each([
    ['everything with everything', { '*': ['*'] }, 'image/png', '', true],
    ['everything with one type', { '*': ['apk'] }, APK, 'image/png', true],
    ['and so one type with everything', { '*': ['apk'] }, 'image/png', APK, true],
    ['but not the others with each other', { '*': ['apk'] }, 'image/png', 'image/png', false],
    ['one type with some', { apk: ['jar', 'dex'] }, APK, JAR, true],
    ['both ways', { apk: ['jar', 'dex'] }, JAR, APK, true],
    ['but none with itself', { apk: ['jar', 'dex'] }, APK, APK, false],
    ['by the whole media type', { 'image/png': ['image/png'] }, 'image/png', 'image/png', true],
    ['by its second half', { jpeg: ['png'] }, 'image/jpeg', 'image/png', true],
    ['by that without x-', { elf: ['elf'] }, 'application/x-elf', 'application/x-elf', true],
    ['in any case', { APK: ['Jar'] }, APK, JAR, true],
    ['by a glob', { 'image/*': ['image/*'] }, 'image/png', 'image/gif', true],
    ['and not beyond it', { 'image/*': ['image/*'] }, 'image/png', 'video/png', false],
    ['with an unknown type only by *', { png: ['png'] }, '', '', false],
  ])('compare %s', (_, rules, one, other, expected) => {
    expect(new TypeRules(rules).mayCompare(one, other)).toBe(expected);
    expect(new TypeRules(rules).mayCompare(other, one)).toBe(expected);
  });

  it('know few kinds of types, however many types there are', () => {
    const rules = new TypeRules({ '*': ['apk'], 'image/*': ['image/*'] });
    const types = Array.from({ length: 2000 }, (_, n) => (n % 2 === 0 ? `image/made-up-${n}` : `made/up-${n}`));
    expect(new Set([APK, ...types].map(rules.kindOf)).size).toBe(3);
  });
});

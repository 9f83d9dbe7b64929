import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { formatDuration } from '../../configs/durations.ts';
import { projectFileSchema } from '../../configs/project-file.ts';
import { readProjectFile, ROOT } from './project-files.ts';

const manifest = z
  .object({ license: z.string(), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readProjectFile('package.json')));

const documents = ['', 'docs', 'docker/data'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  return [...readProjectFile(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

describe('the documents', () => {
  it.each(documents)('%s links only to what exists', (document) => {
    const links = [...readProjectFile(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      expect({ link, exists: existsSync(join(ROOT, target)) }).toEqual({ link, exists: true });
      if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor);
    }
  });

  it.each(documents)('%s names only npm scripts that exist', (document) => {
    for (const [, script = ''] of readProjectFile(document).matchAll(/\bnpm run ([\w:]+)/g)) {
      expect(Object.keys(manifest.scripts)).toContain(script);
    }
  });
});

describe('LICENSE', () => {
  it('is the one that package.json names', () => {
    expect(manifest.license).toBe('Apache-2.0');
    const text = readProjectFile('LICENSE');
    expect(text).toMatch(/Apache License\s+Version 2\.0, January 2004/);
    expect(text).toContain('END OF TERMS AND CONDITIONS');
  });
});

describe('CHANGELOG.md', () => {
  it('has a place for what is not released yet', () => {
    expect(readProjectFile('CHANGELOG.md')).toMatch(/^## \[Unreleased\]$/m);
  });
});

describe('docs/glossary.md', () => {
  it.each([
    'cookie',
    'enrichment',
    'knowledge',
    'cookie jar',
    'BiscuitTin',
    'rule',
    'action',
    'rulebook',
    'version',
    'loader',
    'receiver',
    'notification',
    'delivery',
    'dead letter',
    'job',
    'round',
    'wake',
    'settled',
    'retrieval',
    'update source',
    'periodic worker',
    'schedule',
  ])('explains "%s", once', (word) => {
    const found = readProjectFile('docs/glossary.md').match(new RegExp(`^- \\*\\*${word}\\*\\*`, 'gim'));
    expect(found).toHaveLength(1);
  });
});

describe('docs/operations.md', () => {
  const { rules, deliveries } = projectFileSchema.parse({});

  it.each([
    ['rules.ruleTimeout', formatDuration(rules.ruleTimeout)],
    ['rules.loaderTimeout', formatDuration(rules.loaderTimeout)],
    ['rules.loaderAttempts', String(rules.loaderAttempts)],
    ['rules.rounds', String(rules.rounds)],
    ['deliveries.attempts', String(deliveries.attempts)],
    ['deliveries.timeout', formatDuration(deliveries.timeout)],
    ['deliveries.backoff', formatDuration(deliveries.backoff)],
    ['deliveries.maximumInterval', formatDuration(deliveries.maximumInterval)],
  ])('gives the default of %s as %s', (setting, value) => {
    const text = readProjectFile('docs/operations.md').replaceAll(/\s+/g, ' ');
    expect(text).toContain(`_${setting}_ (${value})`);
  });
});

describe('CONTRIBUTING.md', () => {
  it('describes every room that is built, and no other', () => {
    const { include } = z
      .object({ include: z.array(z.string()) })
      .parse(JSON.parse(readProjectFile('tsconfig.build.json')));
    const described = [...readProjectFile('CONTRIBUTING.md').matchAll(/^\| `(\w+)\/`/gm)].map(([, room = '']) => room);
    const built = include.filter((entry) => !entry.endsWith('.ts'));
    expect(described.toSorted()).toEqual([...built, 'rules', 'test'].toSorted());
  });
});

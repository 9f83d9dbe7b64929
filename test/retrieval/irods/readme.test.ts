import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../configs/folders.ts';
import { irodsConfigSchema } from '../../../retrieval/irods/retrieval/irods-config.ts';
import { shippedQueries, sweepQueries } from '../../../retrieval/irods/shipped-queries.ts';
import { sweepConfigSchema } from '../../../retrieval/irods/sweep/sweep-config.ts';

function section(file: string, heading: string): string {
  const [, text = ''] = readFileSync(join(packageRoot(), file), 'utf8').split(`\n${heading}\n`);
  return text.split(/^## /m)[0] ?? '';
}

function jsonIn(text: string): object[] {
  return [...text.matchAll(/```json\n([^`]*)```/g)].map(([, json = '']) => JSON.parse(json) as object);
}

describe('what the README says of iRODS', () => {
  it('has configurations that can be used', () => {
    const [retrieval, sweep, ...others] = jsonIn(section('README.md', '## Connect to iRODS'));
    expect(others).toEqual([]);
    expect(irodsConfigSchema.strip().parse(retrieval)).toMatchObject({ zone: 'seq', window: expect.any(Number) });
    expect(sweepConfigSchema.strip().parse(sweep)).toMatchObject({ collections: ['/seq/13240'], gone: 'enrich' });
  });

  it('and of the specific queries names each with its file', () => {
    const text = readFileSync(join(packageRoot(), 'resources/specific-queries/README.md'), 'utf8');
    for (const { alias, file, sql } of [...shippedQueries(), ...sweepQueries()]) {
      expect(text).toMatch(new RegExp(`\\| \`${file}\` +\\| \`${alias}\` +\\|`));
      // What iRODS's table holds.
      expect(sql.length).toBeLessThanOrEqual(2700);
    }
  });
});

import { irodsConfigSchema } from '../../../retrieval/irods/retrieval/irods-config.ts';
import { IrodsSource } from '../../../retrieval/irods/retrieval/irods-source.ts';
import { MemoryDocuments } from '../../support/jar-memory.ts';

async function* nothing(): AsyncGenerator<never> {
  yield* await Promise.resolve([]);
}

describe('a first run that reads years in which nothing happened', () => {
  it('says after each window that it is alive, however quickly that was read', async () => {
    let [windows, reports] = [0, 0];
    const source = new IrodsSource({
      config: irodsConfigSchema.parse({ zone: 'seq' }),
      worker: 'IrodsRetrieval',
      enrichmentSource: 'irods_update',
      catalogue: {
        dataModified: () => {
          windows += 1;
          return nothing();
        },
        metadataModified: nothing,
      },
      documents: new MemoryDocuments(),
      report: () => {
        reports += 1;
      },
      warn: () => {},
      now: () => Date.UTC(2026, 0, 1),
    });
    for await (const update of source.updatesSince(undefined, new AbortController().signal)) {
      throw new Error(`found ${update.target}; allowed: nothing`);
    }
    expect(windows).toBeGreaterThan(200);
    expect(reports).toBeGreaterThanOrEqual(windows);
  });
});

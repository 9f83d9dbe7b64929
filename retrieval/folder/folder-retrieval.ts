import { resolve } from 'node:path';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { PeriodicWorkerContext } from '../../periodic/periodic-worker.ts';
import { RetrievalWorker } from '../retrieval-worker.ts';
import type { UpdateSource } from '../update-source.ts';
import { folderConfigSchema } from './folder-config.ts';
import { FolderSource } from './folder-source.ts';

/** What a folder retrieval is given beside what every periodic worker is. */
export interface FolderRetrievalContext extends PeriodicWorkerContext {
  /** Absolute paths of folders that are never looked into: the data folder, which the retrieval itself changes. */
  readonly leaveOut: readonly string[];
}

/** The `source` of what folder retrievals know of a file. */
const FOLDER_UPDATE = 'folder_update';

/** Makes cookies of the files in a folder: new and changed ones, recognised by size, mtime and ctime. */
export class FolderRetrieval extends RetrievalWorker<FolderRetrievalContext> {
  protected override readonly enrichmentSource = FOLDER_UPDATE;

  protected override openSource(resumeFrom: JsonValue | undefined, report: () => void): UpdateSource {
    const config = folderConfigSchema.strip().parse(this.config.worker);
    return new FolderSource({
      config: { ...config, root: resolve(config.root) },
      documents: this.jar.documents,
      leaveOut: this.context.leaveOut,
      resumeFrom,
      report,
    });
  }
}

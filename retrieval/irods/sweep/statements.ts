import type { JsonObject } from '../../../cookiejar/json.ts';
import type { Update } from '../../update-source.ts';
import type { IrodsError } from '../errors.ts';
import { refusal } from '../retrieval/object-updates.ts';
import { IRODS_UPDATE } from '../retrieval/irods-retrieval.ts';
import type { KnownObject } from './known-object.ts';
import type { Changes } from './object-state.ts';

const NO_CHANGES: Changes = { modified_metadata: {}, modified_replicas: [] };

/** What is said of an object beside its state. */
export interface Told {
  readonly dataId: string | undefined;
  /** Where it was before. */
  readonly renamedFrom?: string | undefined;
  /** Whether it was said to be gone. */
  readonly isBack?: boolean;
}

/** Words of one sweep about objects: updates that are whole for all that they name. */
export class Statements {
  readonly #sweep: string;
  readonly #onUnusable: (path: string, reason: string) => void;

  /** `sweep` is when it started: the same text however often it is repeated. */
  constructor(sweep: string, onUnusable: (path: string, reason: string) => void) {
    this.#sweep = sweep;
    this.#onUnusable = onUnusable;
  }

  /** What an object is like, as against what was known of it. */
  state(path: string, known: KnownObject | undefined, changes: Changes | undefined, told: Told): Update[] {
    const { dataId, renamedFrom, isBack = false } = told;
    const own = {
      ...(renamedFrom === undefined ? {} : { renamed_from: renamedFrom }),
      ...(isBack ? { deleted: false } : {}),
    };
    return this.#fitting(path, changes ?? NO_CHANGES, (part) => this.#update(path, known, dataId, { ...part, ...own }));
  }

  /** That there is no object any more, as far as one can see. */
  deleted(known: KnownObject, { message, code }: IrodsError): Update {
    const why = { reason: message, ...(code === undefined ? {} : { code }) };
    return this.#update(known.path, known, known.dataId, { ...NO_CHANGES, deleted: true, ...why });
  }

  /** That the object has another path now. */
  renamedTo(known: KnownObject, path: string): Update {
    return this.#update(known.path, known, known.dataId, { ...NO_CHANGES, renamed_to: path });
  }

  #update(path: string, known: KnownObject | undefined, dataId: string | undefined, members: JsonObject): Update {
    const id = dataId === undefined ? {} : { data_id: dataId };
    return { target: path, timestamp: this.#after(known), metadata: { ...id, ...members, swept: this.#sweep } };
  }

  /** What was compared with comes before what the comparison said, and what is brought later behind it. */
  #after(known: KnownObject | undefined): string {
    const newest = known?.updates.at(-1)?.timestamp;
    if (newest === undefined || newest < this.#sweep) return this.#sweep;
    return new Date(Date.parse(newest) + 1).toISOString();
  }

  /** What the jar would refuse as too much for one enrichment is spread over several. */
  #fitting(path: string, changes: Changes, toUpdate: (part: JsonObject) => Update): Update[] {
    const { modified_metadata: metadata, modified_replicas: replicas } = changes;
    const update = toUpdate({ modified_metadata: metadata, modified_replicas: replicas });
    const reason = refusal(update, IRODS_UPDATE);
    if (reason === undefined) return [update];
    const attributes = Object.entries(metadata);
    if (attributes.length < 2) {
      this.#onUnusable(path, reason);
      return [];
    }
    const middle = Math.ceil(attributes.length / 2);
    const [first, second] = [attributes.slice(0, middle), attributes.slice(middle)].map((half) =>
      Object.fromEntries(half),
    );
    return [
      ...this.#fitting(path, { modified_metadata: first ?? {}, modified_replicas: replicas }, toUpdate),
      ...this.#fitting(path, { modified_metadata: second ?? {}, modified_replicas: [] }, toUpdate),
    ];
  }
}

import { createHash } from 'node:crypto';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { Bundle } from '../../bundling/bundle.ts';
import { RulebookUnavailableError } from '../errors.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { cutText } from './cut-text.ts';
import {
  currentDocument,
  partDocument,
  problemsDocument,
  publishedDocument,
  versionDocument,
} from './version-documents.ts';

/** A rulebook version as it is kept in the jar. */
export interface RulebookVersion {
  readonly hash: string;
  /** The bundle's text, with placeholders. */
  readonly text: string;
  readonly definitions: readonly DefinitionSummary[];
}

/** Which version jobs start with. */
export interface CurrentRulebook {
  readonly hash: string;
  /** ISO instant at which it came into force. */
  readonly at: string;
}

/** A folder from which a version was put in force. */
export interface PublishedFolder {
  /** Absolute path. */
  readonly folder: string;
  readonly hash: string;
}

/** What is wrong with the rules folder now; the version in force is older than it. */
export interface FolderProblems {
  readonly problems: readonly RuleProblem[];
  /** ISO instant. */
  readonly checkedAt: string;
}

const CURRENT = 'rulebook:current';
const PROBLEMS = 'rulebook:problems';

/** Keeps rulebook versions in the jar: `rulebook:<hash>` and its parts, `rulebook:current`, `rulebook:problems`. */
export class RulebookStore {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Keeps a version and puts it in force. Whoever sees it as the current one finds it whole. */
  async publish(bundle: Bundle, definitions: readonly DefinitionSummary[], at: string): Promise<void> {
    const parts = cutText(bundle.text);
    await Promise.all(parts.map(async (text, index) => this.#write(partId(bundle.hash, index), { text })));
    await this.#write(versionId(bundle.hash), {
      parts: parts.length,
      definitions: definitions.map(definitionJson),
      at,
    });
    await this.#write(CURRENT, { hash: bundle.hash, at });
  }

  /** @throws RulebookUnavailableError if the jar lacks the version or part of it, or its text has another hash */
  async load(hash: string): Promise<RulebookVersion> {
    const version = versionDocument.safeParse(await this.#readOne(versionId(hash)));
    if (!version.success) throw new RulebookUnavailableError(hash, 'the jar does not have it');
    const ids = Array.from({ length: version.data.parts }, (_, index) => partId(hash, index));
    const documents = await this.#documents.read(ids);
    const text = ids.map((id) => partDocument.safeParse(documents.get(id)).data?.text ?? '').join('');
    const actual = createHash('sha256').update(text).digest('hex');
    if (actual !== hash)
      throw new RulebookUnavailableError(hash, `its text in the jar has the hash ${actual.slice(0, 12)}`);
    return { hash, text, definitions: version.data.definitions };
  }

  /** The definitions of a version, without its text. @returns undefined if the jar does not have it */
  async definitions(hash: string): Promise<readonly DefinitionSummary[] | undefined> {
    return versionDocument.safeParse(await this.#readOne(versionId(hash))).data?.definitions;
  }

  /** The version in force, if there has been one. */
  async current(): Promise<CurrentRulebook | undefined> {
    return currentDocument.safeParse(await this.#readOne(CURRENT)).data;
  }

  /** Which folder a host put in force last, and the version that it held then. */
  async publishedBy(host: string): Promise<PublishedFolder | undefined> {
    return publishedDocument.safeParse(await this.#readOne(publishedId(host))).data;
  }

  /** Notes that a host put the version in force that a folder holds. */
  async notePublished(host: string, { folder, hash }: PublishedFolder): Promise<void> {
    await this.#write(publishedId(host), { folder, hash });
  }

  /** What the keeper of the rules folder last reported. */
  async problems(): Promise<FolderProblems | undefined> {
    return problemsDocument.safeParse(await this.#readOne(PROBLEMS)).data;
  }

  /** Leaves the problems of the rules folder for other processes to show; none clears them. */
  async reportProblems(problems: readonly RuleProblem[], checkedAt: string): Promise<void> {
    await this.#write(PROBLEMS, { problems: problems.map(asJson), checkedAt });
  }

  async #readOne(id: string): Promise<JsonObject | undefined> {
    return (await this.#documents.read([id])).get(id);
  }

  async #write(id: string, body: JsonObject): Promise<void> {
    await this.#documents.update(id, () => ({ result: undefined, write: body }));
  }
}

function versionId(hash: string): string {
  return `rulebook:${hash}`;
}

function publishedId(host: string): string {
  return `rulebook-published:${host}`;
}

function partId(hash: string, index: number): string {
  return `rulebook:${hash}:${String(index).padStart(4, '0')}`;
}

function definitionJson({ retry, ...rest }: DefinitionSummary): JsonObject {
  return { ...rest, ...(retry === undefined ? {} : { retry: { ...retry } }) };
}

function asJson(value: RuleProblem): JsonObject {
  return { ...value };
}

import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../cookiejar/json.ts';
import { contentSchema } from './digest-content.ts';
import { CorruptDigestError } from './errors.ts';

const PREFIX = 'digest:';

const pageSchema = z.object({
  /** Ids of the notifications that it tells of. */
  members: z.array(z.string()),
  /** The last notification that was looked at for it. */
  upTo: z.string(),
  /** Whether the digest ends with it. */
  isLast: z.boolean(),
  content: contentSchema,
});

/** A part of the list of those that a digest tells of. */
export type DigestPage = z.output<typeof pageSchema>;

/**
 * The lists of those that digests tell of, in pages. A page is written once, and the last one ends its list for good: so
 * all who make the same digest make it of the same.
 */
export class DigestPages {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** A page that is there. @param list names the digest's list @throws CorruptDigestError */
  async read(list: string, page: number): Promise<DigestPage | undefined> {
    const id = pageId(list, page);
    const body = (await this.#documents.read([id])).get(id);
    return body && parsePage(id, body);
  }

  /** Writes a page unless there is one. @returns the one that is there then @throws CorruptDigestError */
  async write(list: string, page: number, content: DigestPage): Promise<DigestPage> {
    const id = pageId(list, page);
    return this.#documents.update(id, (body) =>
      body === undefined ? { result: content, write: pageBody(content) } : { result: parsePage(id, body) },
    );
  }

  /** All pages of a list that was ended. @throws CorruptDigestError */
  async *all(list: string): AsyncIterable<DigestPage> {
    for (let number = 0; ; number++) {
      const page = await this.read(list, number);
      if (page === undefined) return;
      yield page;
      if (page.isLast) return;
    }
  }

  /** Whether everything that a digest's making changes has been changed. */
  async isDone(list: string): Promise<boolean> {
    return (await this.#documents.read([PREFIX + list])).has(PREFIX + list);
  }

  async noteDone(list: string): Promise<void> {
    await this.#documents.update(PREFIX + list, (body) => ({
      result: undefined,
      ...(body === undefined && { write: { done: true } }),
    }));
  }
}

function pageId(list: string, page: number): string {
  return `${PREFIX}${list}:${String(page).padStart(6, '0')}`;
}

function parsePage(id: string, body: JsonObject): DigestPage {
  const parsed = pageSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDigestError(id, z.prettifyError(parsed.error));
  return parsed.data;
}

function pageBody({ content, ...rest }: DigestPage): JsonObject {
  const { counts, examples } = content;
  return {
    ...rest,
    content: { ...content, counts: counts.map((kind) => ({ ...kind })), examples: examples.map((one) => ({ ...one })) },
  };
}

import type { ChangePage, ChangedDocument, CookieChange, DocumentFeed } from './cookie-jar.ts';
import { COOKIE_PREFIX } from './head.ts';

/**
 * The changes of cookies among those of all documents. Whatever happens to a cookie changes its document, also what moves
 * to a page. A page on which only other documents changed is told as well: there may be very many, and who reads has a
 * right to know that it goes on.
 */
export async function* cookieChanges(feed: DocumentFeed, since: string | undefined): AsyncIterable<ChangePage> {
  for await (const page of feed.changes(since)) {
    const changes = page.changes.filter(({ id }) => id.startsWith(COOKIE_PREFIX)).map(toCookieChange);
    yield { ...page, changes };
  }
}

function toCookieChange({ id, deleted, version }: ChangedDocument): CookieChange {
  return { identifier: id.slice(COOKIE_PREFIX.length), deleted, version };
}

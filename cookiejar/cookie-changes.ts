import type { ChangePage, ChangedDocument, CookieChange, DocumentFeed } from './cookie-jar.ts';
import { COOKIE_PREFIX } from './head.ts';

/**
 * The changes of cookies among those of all documents. Whatever happens to a cookie changes its document, also what moves
 * to a page.
 */
export async function* cookieChanges(feed: DocumentFeed, since: string | undefined): AsyncIterable<ChangePage> {
  let position: string | undefined;
  let anew = false;
  for await (const page of feed.changes(since)) {
    ({ position } = page);
    anew ||= page.anew === true;
    const changes = page.changes.filter(({ id }) => id.startsWith(COOKIE_PREFIX)).map(toCookieChange);
    if (changes.length === 0) continue;
    yield { position, changes, ...(anew && { anew }) };
    position = undefined;
    anew = false;
  }
  if (position !== undefined) yield { position, changes: [], ...(anew && { anew }) };
}

function toCookieChange({ id, deleted, version }: ChangedDocument): CookieChange {
  return { identifier: id.slice(COOKIE_PREFIX.length), deleted, version };
}

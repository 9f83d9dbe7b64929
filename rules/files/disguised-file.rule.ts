import { extname } from 'node:path';
import { type Cookie, defineRule, notify } from 'cookie-monster';

const EXPECTED: Readonly<Record<string, RegExp>> = {
  '.png': /^image\/png$/,
  '.jpg': /^image\/jpeg$/,
  '.jpeg': /^image\/jpeg$/,
  '.gif': /^image\/gif$/,
  '.pdf': /^application\/pdf$/,
  '.zip': /^application\/zip$/,
  '.gz': /^application\/gzip$/,
  '.txt': /^text\//,
  '.md': /^text\//,
  '.csv': /^text\//,
  '.json': /^text\/|json$/,
};

/** Reports files whose content is not what their name says; needs the media type that a loader brings. */
export default defineRule({
  id: 'disguised-file',
  priority: 30,
  matches: (cookie) => {
    const found = mediaType(cookie);
    return found !== undefined && EXPECTED[extname(cookie.path).toLowerCase()]?.test(found) === false;
  },
  action: (cookie) => ({
    notifications: [notify('disguised_file', { data: { path: cookie.path, media_type: mediaType(cookie) ?? null } })],
  }),
});

function mediaType(cookie: Cookie): string | undefined {
  const found = cookie.enrichments.mostRecent('media_type')?.metadata['media_type'];
  return typeof found === 'string' ? found : undefined;
}

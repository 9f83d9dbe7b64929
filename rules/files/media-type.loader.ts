import { defineLoader } from 'cookie-monster';
import { fileState, isNewTo, unreadable } from './current-file.ts';
import { mediaType } from './media-type.ts';

/** Finds out the media type of a file by its content. */
export default defineLoader({
  id: 'media-type',
  priority: 10,
  canEnrich: (cookie) => isNewTo('media_type', cookie),
  load: async (cookie) => {
    const found = await mediaType(cookie.path).then((media_type) => ({ media_type }), unreadable);
    return { source: 'media_type', metadata: { ...found, of: fileState(cookie) } };
  },
});

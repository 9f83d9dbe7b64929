import { createHash } from 'node:crypto';

const PREFIX = 'folder-listing';
const MAX_FOLDER_BYTES = 900;
const KEPT_CHARACTERS = 200;

/** Id of the document that lists a folder; a long path is cut on a character and ends in a hash of the whole. */
export function listingId(root: string, folder: string): string {
  return `${PREFIX}:${sha256(root).slice(0, 16)}:${shorten(folder)}`;
}

/** Id of one of the `parts` documents that a large folder's list is spread over. No folder's path holds `//`. */
export function partId(root: string, folder: string, parts: number, part: number): string {
  return `${listingId(root, folder)}//${parts}.${part}`;
}

/** Which part a file name belongs to. With twice the parts, each one's names stay in it or move to one other. */
export function partOf(name: string, parts: number): number {
  return parts === 1 ? 0 : createHash('sha256').update(name).digest().readUInt32BE() % parts;
}

function shorten(folder: string): string {
  if (Buffer.byteLength(folder) <= MAX_FOLDER_BYTES) return folder;
  return `${Array.from(folder).slice(0, KEPT_CHARACTERS).join('')}//${sha256(folder)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { dirname, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a bundle's parts lie on one machine. */
export interface Places {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** The URL that an import of the running package gets, e.g. for `cookie-monster`. */
  readonly packageUrl: (specifier: string) => string;
}

type PlaceKind = 'url' | 'filename' | 'dirname' | 'package';

const PLACE = /@cookie-monster:(url|filename|dirname|package)=([\w%.~-]*)@/g;

/** Stands in a bundle for a place that only the machine that runs it knows. */
export function placeholder(kind: PlaceKind, name: string): string {
  return `@cookie-monster:${kind}=${encode(name)}@`;
}

/** A path as placeholders name it: relative to the folder, with `/` between its parts. */
export function placeName(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** Fills in every placeholder of a bundle's text. */
export function fillPlaces(text: string, places: Places): string {
  return text.replace(PLACE, (_, kind: PlaceKind, name: string) =>
    escape(fill(kind, decodeURIComponent(name), places)),
  );
}

function fill(kind: PlaceKind, name: string, places: Places): string {
  if (kind === 'package') return places.packageUrl(name);
  const path = resolve(places.folder, name);
  if (kind === 'url') return pathToFileURL(path).href;
  return kind === 'filename' ? path : dirname(path);
}

// Only characters that no kind of JavaScript text treats specially, so that the bundler never escapes a placeholder.
function encode(name: string): string {
  return encodeURIComponent(name).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

// A placeholder may have been folded into a text with any of the three quotes.
function escape(value: string): string {
  return value.replaceAll(/[^\w/:.%@ +=~-]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

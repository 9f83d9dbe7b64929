import { relative } from 'node:path';
import { describe } from './describe.ts';
import { userFrame } from './stack-position.ts';

const MAX_LENGTH = 2000;

/** Where the code of a thread lies, to tell the user's part of a stack from ours. */
export interface CodePlaces {
  readonly folder: string;
  /** Each ends in a separator. */
  readonly ownFolders: readonly string[];
}

/** What user code threw, in one text with the place where it did: `TypeError: x is undefined (a.rule.ts:3:9)`. */
export function faultText(fault: unknown, places: CodePlaces): string {
  const position = faultPosition(fault, places);
  const where = position === undefined ? '' : ` (${position.file}:${position.line}:${position.column})`;
  return `${words(fault)}${where}`;
}

/** What user code threw, in one text that is not too long to keep. */
export function words(fault: unknown): string {
  try {
    const text = fault instanceof Error ? `${fault.name}: ${fault.message}` : `threw ${describe(fault)}`;
    // Half a surrogate pair is not well-formed, and no store takes it.
    return Buffer.from(text.slice(0, MAX_LENGTH)).toString();
  } catch {
    return 'threw something that cannot be read';
  }
}

/** The place in users' code where an error was made; its file is relative to the folder. */
export function faultPosition(
  fault: unknown,
  places: CodePlaces,
): { file: string; line: number; column: number } | undefined {
  const frame = userFrame(stackOf(fault), places.ownFolders);
  if (frame === undefined) return undefined;
  const file = relative(places.folder, frame.path).replaceAll('\\', '/');
  return { file, line: frame.line, column: frame.column };
}

function stackOf(fault: unknown): string | undefined {
  try {
    const stack: unknown = fault instanceof Error ? fault.stack : undefined;
    // Users' code may have put anything in its place.
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}

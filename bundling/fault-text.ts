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
  return `${words(fault).slice(0, MAX_LENGTH)}${where}`;
}

/** What user code threw, in one text. */
export function words(fault: unknown): string {
  try {
    return fault instanceof Error ? `${fault.name}: ${fault.message}` : `threw ${describe(fault)}`;
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
    return fault instanceof Error ? fault.stack : undefined;
  } catch {
    return undefined;
  }
}

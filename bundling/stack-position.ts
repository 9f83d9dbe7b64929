/** A place in a source file. */
export interface Position {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]*):(\d+):(\d+)\)?$/;

/** The newest frame of a stack that lies in a file, given as a path relative to the folder. */
export function positionIn(stack: string | undefined, file: string): Position | undefined {
  const frame = frames(stack).find(({ path }) => path.endsWith(`/${file.replace(/^(\.\.\/)+/, '')}`));
  return frame === undefined ? undefined : { line: frame.line, column: frame.column };
}

/** The newest frame of a stack that lies in users' code: not in Node, nor below one of the given folders. */
export function userFrame(
  stack: string | undefined,
  ownFolders: readonly string[],
): (Position & { readonly path: string }) | undefined {
  return frames(stack).find(({ path }) => !path.startsWith('node:') && !ownFolders.some((own) => path.startsWith(own)));
}

/** Of a stack only its end is read, and no line longer than a path can be: the message before the frames may be anything. */
const MAX_STACK = 65_536;
const MAX_LINE = 4_500;

function frames(stack: string | undefined): (Position & { path: string })[] {
  const lines = (stack ?? '').slice(-MAX_STACK).split('\n');
  return lines.flatMap((text) => {
    if (text.length > MAX_LINE) return [];
    const [, path, line, column] = FRAME.exec(text.trim()) ?? [];
    if (path === undefined) return [];
    return [{ path: path.replace(/^file:\/\//, ''), line: Number(line), column: Number(column) }];
  });
}

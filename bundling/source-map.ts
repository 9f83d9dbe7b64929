import { pathToFileURL } from 'node:url';

const PREFIX = '//# cookie-monster-map=';

/** Appends a source map to code in a form that does not depend on the machine. */
export function joinSourceMap(code: string, map: string): string {
  return `${code.trimEnd()}\n${PREFIX}${JSON.stringify(JSON.parse(map))}\n`;
}

/** Turns what {@link joinSourceMap} appended into a comment that Node understands, with sources found in the folder. */
export function placeSourceMap(text: string, folder: string): string {
  const start = text.lastIndexOf(`\n${PREFIX}`);
  if (start === -1) return text;
  const map: Record<string, unknown> = JSON.parse(text.slice(start + 1 + PREFIX.length));
  const placed = JSON.stringify({ ...map, sourceRoot: `${pathToFileURL(folder).href}/` });
  const encoded = Buffer.from(placed).toString('base64');
  return `${text.slice(0, start)}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

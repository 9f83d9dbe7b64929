import type { Chance } from './chance.ts';
import type { FolderStep, Timed, ZoneStep } from './plan.ts';

const FOLDERS = ['', 'deep/er/', 'a b/'];
/** Rows may be committed this much later than they are stamped; the overlap of the retrieval is far more. */
const LATEST_SECONDS = 10;

/** What happens in a folder while it is retrieved. */
export function planFolder(chance: Chance, lengthMs: number): Timed<FolderStep>[] {
  const files: string[] = [];
  let made = 0;
  const step = (): FolderStep => {
    made += 1;
    const text = `${made} `.repeat(chance.between(1, 60));
    const known = files[chance.below(files.length)];
    const kind = chance.below(10);
    if (known !== undefined && kind < 4) return { kind: chance.pick(['write', 'bring'] as const), file: known, text };
    const file = `${chance.pick(FOLDERS)}file-${made}.txt`;
    if (known !== undefined && kind === 4) {
      files.splice(files.indexOf(known), 1, file);
      return { kind: 'rename', file: known, to: file };
    }
    files.push(file);
    return { kind: chance.pick(['write', 'bring'] as const), file, text };
  };
  return inOrder(chance, lengthMs, chance.between(6, 18), step);
}

/** What happens in a zone while it is retrieved. */
export function planZone(chance: Chance, lengthMs: number): Timed<ZoneStep>[] {
  const paths: string[] = [];
  let values = 0;
  const changed = new Set<string>();
  const step = (): ZoneStep => {
    values += 1;
    const [text, lateSeconds] = [`v${values}`, chance.happens(0.3) ? chance.below(LATEST_SECONDS) : 0];
    const path = paths[chance.below(paths.length)];
    const kind = chance.below(10);
    if (path !== undefined && kind < 5) {
      return { kind: 'avu', path, attribute: `key${chance.below(3)}`, value: text, lateSeconds };
    }
    if (path !== undefined && kind < 7 && !changed.has(path)) {
      // A state that never was the newest one when it was looked at need not show; the last one stays.
      changed.add(path);
      return { kind: 'replica', path, checksum: text, lateSeconds };
    }
    const fresh = `/seq/run/${paths.length}#1.cram`;
    paths.push(fresh);
    return { kind: 'put', path: fresh, checksum: text, lateSeconds };
  };
  return inOrder(chance, lengthMs, chance.between(6, 20), step);
}

/** Steps in the order in which they were thought of, at random times. */
function inOrder<T>(chance: Chance, lengthMs: number, count: number, step: () => T): Timed<T>[] {
  const times = Array.from({ length: count }, () => chance.below(lengthMs)).toSorted((a, b) => a - b);
  return times.map((at) => ({ ...step(), at }));
}

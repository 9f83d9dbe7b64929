import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalogue } from './catalogue.ts';
import { exampleZone } from './example-zone.ts';
import { installBaton } from './install.ts';

/** A zone of its own for one test. */
export interface IrodsWorld {
  readonly catalogue: Catalogue;
  /** Folder of the programs that ask it. */
  readonly bin: string;
  /** Connections made so far, and refused. */
  connections(): { readonly made: number; readonly refused: number };
  /** Ids of processes that have connected and are still there. */
  alive(): number[];
  close(): void;
}

/** An empty zone, or the one of the recorded transcripts. */
export function irodsWorld(kind: 'empty' | 'example' = 'example'): IrodsWorld {
  const folder = mkdtempSync(join(tmpdir(), 'irods-'));
  const catalogue = kind === 'empty' ? Catalogue.create(folder) : exampleZone(folder);
  return {
    catalogue,
    bin: installBaton(folder),
    connections: () => {
      const events = catalogue.journal().map(({ event }) => event);
      const count = (wanted: string): number => events.filter((event) => event === wanted).length;
      return { made: count('connected'), refused: count('refused') };
    },
    alive: () => [...new Set(catalogue.journal().map(({ pid }) => pid))].filter(isAlive),
    close: () => {
      catalogue.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import type Database from 'libsql';
import { openCatalogueFile } from '../catalogue-file.ts';
import { takeFault, type FaultKind } from '../faults.ts';
import { logError } from './output.ts';

type Value = string | number | null;

/** A connection to the catalogue, as a process has one. */
export class Connection {
  readonly program: string;
  /** Answers until the connection breaks, the process ends …, by the faults it has met. */
  readonly limits: ReadonlyMap<FaultKind, number>;
  readonly #database: Database.Database;

  private constructor(database: Database.Database, program: string) {
    this.#database = database;
    this.program = program;
    const limits: FaultKind[] = [
      'lost-after',
      'ends-after',
      'aborts-after',
      'hangs-after',
      'writes-slowly',
      'cuts-output',
    ];
    this.limits = new Map(limits.flatMap((kind) => entry(kind, takeFault(database, kind))));
  }

  /** Connects and logs in; undefined, with a line on stderr, if that fails. */
  static open(folder: string, program: string): Connection | undefined {
    const database = openCatalogueFile(folder);
    const refusal = refusalOf(database);
    journal(database, program, refusal === undefined ? 'connected' : 'refused');
    if (refusal === undefined) return new Connection(database, program);
    logError(refusal);
    database.close();
    return undefined;
  }

  close(): void {
    this.#database.close();
  }

  /** A fault that strikes now. */
  fault(kind: FaultKind): number | undefined {
    return takeFault(this.#database, kind);
  }

  setting(name: string): string | undefined {
    const [row] = this.rows('SELECT value FROM stand_in_setting WHERE name = ?', name);
    return row === undefined ? undefined : String(row[0]);
  }

  rows(sql: string, ...values: Value[]): Value[][] {
    return this.#database
      .prepare(sql)
      .raw()
      .all(...values) as Value[][];
  }

  columns(sql: string): number {
    return this.#database.prepare(sql).columns().length;
  }

  run(sql: string, ...values: Value[]): void {
    this.#database.prepare(sql).run(...values);
  }
}

function entry(kind: FaultKind, value: number | undefined): [FaultKind, number][] {
  return value === undefined ? [] : [[kind, value]];
}

function refusalOf(database: Database.Database): string | undefined {
  const server = "irods.example.org:1247 zone 'seq' as 'svc'";
  if (takeFault(database, 'server-down') !== undefined) return `Failed to connect to ${server}`;
  const code = takeFault(database, 'login-fails');
  return code === undefined ? undefined : `Failed to log in to ${server}: error ${code}`;
}

function journal(database: Database.Database, program: string, event: string): void {
  database
    .prepare('INSERT INTO stand_in_journal (pid, program, event) VALUES (?, ?, ?)')
    .run(process.pid, program, event);
}

import type Database from 'libsql';
import { openCatalogueFile } from '../catalogue-file.ts';
import { takeFault } from '../faults.ts';

/** A specific query as the catalogue has it. */
export interface Installed {
  readonly alias: string;
  readonly sql: string;
}

/** The part of a catalogue that the icommands deal with, in the zone that they are connected to. */
export class CatalogueSession {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Undefined if the server is down. */
  static open(folder: string, program: string): CatalogueSession | undefined {
    const database = openCatalogueFile(folder);
    const refused = takeFault(database, 'server-down') !== undefined;
    database
      .prepare('INSERT INTO stand_in_journal (pid, program, event) VALUES (?, ?, ?)')
      .run(process.pid, program, refused ? 'refused' : 'connected');
    return refused ? undefined : new CatalogueSession(database);
  }

  get isAdmin(): boolean {
    return this.#setting('user_type') !== 'rodsuser';
  }

  /** A code that the server answers with, whatever it is asked. */
  get failure(): number | undefined {
    return takeFault(this.#database, 'fails-with');
  }

  /** All queries, or that of an alias. */
  queries(alias?: string): Installed[] {
    const rows = this.#database
      .prepare('SELECT alias, sqlStr FROM R_SPECIFIC_QUERY WHERE zone_name = ? AND (? IS NULL OR alias = ?)')
      .raw()
      .all(this.#zone, alias ?? null, alias ?? null) as [string, string][];
    return rows.map(([name, sql]) => ({ alias: name, sql }));
  }

  add({ alias, sql }: Installed): void {
    this.#database.prepare('INSERT INTO R_SPECIFIC_QUERY VALUES (?, ?, ?)').run(this.#zone, alias, sql);
  }

  /** Removes all with this SQL or, where there are none, the one of this alias; gives how many. */
  remove(sqlOrAlias: string): number {
    const removed = ['sqlStr', 'alias'].map((column) => {
      const statement = this.#database.prepare(`DELETE FROM R_SPECIFIC_QUERY WHERE zone_name = ? AND ${column} = ?`);
      return statement.run(this.#zone, sqlOrAlias).changes;
    });
    return removed.reduce((sum, count) => sum + count, 0);
  }

  get #zone(): string {
    return this.#setting('zone') ?? '';
  }

  #setting(name: string): string | undefined {
    const [row] = this.#database.prepare('SELECT value FROM stand_in_setting WHERE name = ?').raw().all(name) as [
      string,
    ][];
    return row?.[0];
  }
}

import { mkdirSync } from 'node:fs';
import { posix } from 'node:path';
import type Database from 'libsql';
import { shippedQueries } from '../../../retrieval/irods/shipped-queries.ts';
import {
  type Access,
  type Avu,
  type JournalEntry,
  type ObjectOptions,
  type Replica,
  type When,
} from './catalogue-entries.ts';
import { openCatalogueFile } from './catalogue-file.ts';
import { ALWAYS, addFault, type FaultKind } from './faults.ts';
import { TABLES, stamp } from './tables.ts';

const FIRST_ID = 10_000;
/** A small iRODS catalogue that behaves, in what it changes and what it leaves as it was, as the real one does. */
export class Catalogue {
  readonly folder: string;
  readonly zone: string;
  /** Epoch seconds now. */
  clock: () => number = () => Math.floor(Date.now() / 1000);
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  #nextId = FIRST_ID;

  private constructor(folder: string, zone: string) {
    this.folder = folder;
    this.zone = zone;
    mkdirSync(folder, { recursive: true });
    this.#database = openCatalogueFile(folder);
    this.#database.pragma('journal_mode = WAL');
    this.#database.exec(TABLES);
  }

  /** Makes a catalogue in a folder of its own, with the shipped queries installed as an administrator would. */
  static create(folder: string, zone = 'seq'): Catalogue {
    const catalogue = new Catalogue(folder, zone);
    catalogue.set('zone', zone);
    catalogue.#run('INSERT INTO R_ZONE_MAIN VALUES (?)', zone);
    for (const { alias, sql } of shippedQueries()) catalogue.installQuery(alias, sql);
    return catalogue;
  }

  close(): void {
    this.#database.close();
  }

  /** Everything or nothing; and very many changes in little time. */
  together(work: () => void): void {
    this.#database.transaction(work)();
  }

  /**
   * `shuffle` ("on", "off"): whether rows and lists come in another order each time. `user_type` ("rodsadmin",
   * "rodsuser"): what the user is that the icommands connect as.
   */
  set(name: 'shuffle' | 'zone' | 'user_type', value: string): void {
    this.#run(
      'INSERT INTO stand_in_setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }

  /** As `iadmin asq`. In another zone than the catalogue's own, that zone comes into being. */
  installQuery(alias: string, sql: string, zone = this.zone): void {
    this.#run('INSERT OR IGNORE INTO R_ZONE_MAIN VALUES (?)', zone);
    this.#run('INSERT OR REPLACE INTO R_SPECIFIC_QUERY VALUES (?, ?, ?)', zone, alias, sql);
  }

  /** The SQL under an alias, as it was installed. */
  installedText(alias: string, zone = this.zone): string | undefined {
    const [row] = this.#all('SELECT sqlStr FROM R_SPECIFIC_QUERY WHERE alias = ? AND zone_name = ?', alias, zone);
    return row === undefined ? undefined : String(row[0]);
  }

  /** As `iadmin rsq`; in all zones, unless one is named. */
  removeQuery(alias: string, zone?: string): void {
    const where = 'alias = ? AND (? IS NULL OR zone_name = ?)';
    this.#run(`DELETE FROM R_SPECIFIC_QUERY WHERE ${where}`, alias, zone ?? null, zone ?? null);
  }

  /** Switches a fault on, for the next so many processes that would meet it. */
  fault(kind: FaultKind, value = 0, times = ALWAYS): void {
    addFault(this.#database, kind, value, times);
  }

  clearFaults(): void {
    this.#run('DELETE FROM stand_in_fault');
  }

  /** Connections made and refused, in order. */
  journal(): JournalEntry[] {
    const rows = this.#all('SELECT pid, program, event FROM stand_in_journal ORDER BY id');
    return rows.map(([pid, program, event]) => ({ pid: Number(pid), program: String(program), event: String(event) }));
  }

  putCollection(path: string): number {
    const [known] = this.#all('SELECT coll_id FROM R_COLL_MAIN WHERE coll_name = ?', path);
    if (known !== undefined) return Number(known[0]);
    if (path !== '/') this.putCollection(posix.dirname(path));
    const id = this.#newId();
    this.#run('INSERT INTO R_COLL_MAIN VALUES (?, ?)', id, path);
    return id;
  }

  /** As `iput`, or a replica's arrival. Gives the object's id. */
  putObject(path: string, { id, at, replicas = [{}], access }: ObjectOptions = {}): number {
    const dataId = id ?? this.#newId();
    for (const [index, replica] of replicas.entries())
      this.addReplica(path, { number: index, ...replica }, { at, id: dataId });
    for (const { owner, zone, level } of access ?? [{ owner: 'srpipe', zone: this.zone, level: 'own' }])
      this.#run('INSERT INTO R_OBJT_ACCESS VALUES (?, ?, ?, ?)', dataId, owner, zone, level);
    return dataId;
  }

  addReplica(path: string, replica: Partial<Replica>, { at = this.clock(), id }: When & { id?: number } = {}): void {
    const full = {
      number: 0,
      status: 1,
      checksum: null,
      size: 1,
      resource: 'red-1',
      created: at,
      modified: at,
      ...replica,
    };
    this.#run('INSERT OR IGNORE INTO R_RESC_MAIN VALUES (?, ?)', full.resource, `host-of-${full.resource}`);
    this.#run(
      'INSERT INTO R_DATA_MAIN VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id ?? this.idOf(path),
      this.putCollection(posix.dirname(path)),
      posix.basename(path),
      full.number,
      full.size,
      full.resource,
      full.status,
      full.checksum,
      stamp(full.created),
      stamp(full.modified),
    );
  }

  /** Says on which host a resource lies. */
  putResource(name: string, host: string): void {
    this.#run('INSERT OR REPLACE INTO R_RESC_MAIN VALUES (?, ?)', name, host);
  }

  /** Changes a replica, by default with a new time stamp, as writing to it and finishing do. */
  setReplica(
    path: string,
    number: number,
    change: { readonly status?: number; readonly checksum?: string | null } & When,
  ): void {
    const { status, checksum, at = this.clock() } = change;
    const where = [this.idOf(path), number] as const;
    const update = (column: string, value: string | number | null): void =>
      this.#run(`UPDATE R_DATA_MAIN SET ${column} = ? WHERE data_id = ? AND data_repl_num = ?`, value, ...where);
    if (status !== undefined) update('data_is_dirty', status);
    if (checksum !== undefined) update('data_checksum', checksum);
    update('modify_ts', stamp(at));
  }

  /** As `imeta add`. One and the same AVU of several objects is shared among them. */
  addAvu(path: string, avu: Avu, { at = this.clock(), metaId }: When & { metaId?: number } = {}): void {
    const { attribute, value, units } = avu;
    const same = this.#all(
      'SELECT meta_id FROM R_META_MAIN WHERE meta_attr_name = ? AND meta_attr_value = ? AND meta_attr_unit IS ?',
      attribute,
      value,
      units ?? null,
    );
    const id = metaId ?? (same[0] === undefined ? this.#newId() : Number(same[0][0]));
    if (metaId !== undefined || same[0] === undefined)
      this.#run(
        'INSERT INTO R_META_MAIN VALUES (?, ?, ?, ?, ?, ?)',
        id,
        attribute,
        value,
        units ?? null,
        stamp(at),
        stamp(at),
      );
    this.#run('INSERT INTO R_OBJT_METAMAP VALUES (?, ?, ?, ?)', this.idOf(path), id, stamp(at), stamp(at));
  }

  /** As `imeta rm`: leaves no trace of when. */
  removeAvu(path: string, { attribute, value }: Avu): void {
    this.#run(
      `DELETE FROM R_OBJT_METAMAP WHERE object_id = ? AND meta_id IN
        (SELECT meta_id FROM R_META_MAIN WHERE meta_attr_name = ? AND meta_attr_value = ?)`,
      this.idOf(path),
      attribute,
      value,
    );
  }

  /**
   * As `imeta set`: an attribute's only AVU, shared with no other object, is changed in place, where the map's time
   * stamp stays; else the old ones go and a new one comes.
   */
  setAvu(path: string, avu: Avu, { at = this.clock() }: When = {}): void {
    const id = this.idOf(path);
    const own = this.#all(
      `SELECT m.meta_id, (SELECT COUNT(*) FROM R_OBJT_METAMAP o WHERE o.meta_id = m.meta_id), m.meta_attr_value
        FROM R_META_MAIN m JOIN R_OBJT_METAMAP p ON p.meta_id = m.meta_id WHERE p.object_id = ? AND m.meta_attr_name = ?`,
      id,
      avu.attribute,
    );
    if (own.length === 1 && Number(own[0]?.[1]) === 1) {
      const change = 'UPDATE R_META_MAIN SET meta_attr_value = ?, meta_attr_unit = ?, modify_ts = ? WHERE meta_id = ?';
      this.#run(change, avu.value, avu.units ?? null, stamp(at), Number(own[0]?.[0]));
      return;
    }
    for (const [, , value] of own) this.removeAvu(path, { attribute: avu.attribute, value: String(value) });
    this.addAvu(path, avu, { at });
  }

  /** As `imv` of an object: only a move into another collection changes its replicas' time stamps. */
  rename(path: string, newPath: string, { at = this.clock() }: When = {}): void {
    const id = this.idOf(path);
    const collection = this.putCollection(posix.dirname(newPath));
    const moved = posix.dirname(path) !== posix.dirname(newPath);
    this.#run(
      'UPDATE R_DATA_MAIN SET coll_id = ?, data_name = ? WHERE data_id = ?',
      collection,
      posix.basename(newPath),
      id,
    );
    if (moved) this.#run('UPDATE R_DATA_MAIN SET modify_ts = ? WHERE data_id = ?', stamp(at), id);
  }

  /** As `imv` of a collection: no object in it is touched. */
  renameCollection(path: string, newPath: string): void {
    this.putCollection(posix.dirname(newPath));
    this.#run(
      `UPDATE R_COLL_MAIN SET coll_name = ? || substr(coll_name, ?) WHERE coll_name = ? OR substr(coll_name, 1, ?) = ?`,
      newPath,
      path.length + 1,
      path,
      path.length + 1,
      `${path}/`,
    );
  }

  /** As `irm`: the object moves to the trash. */
  trash(path: string, when: When = {}): string {
    const inTrash = `/${this.zone}/trash/home/srpipe/${path.slice(this.zone.length + 2)}`;
    this.rename(path, inTrash, when);
    return inTrash;
  }

  /** As `irm -f`: nothing is left. */
  remove(path: string): void {
    const id = this.idOf(path);
    for (const [table, column] of [
      ['R_DATA_MAIN', 'data_id'],
      ['R_OBJT_METAMAP', 'object_id'],
      ['R_OBJT_ACCESS', 'object_id'],
    ])
      this.#run(`DELETE FROM ${table} WHERE ${column} = ?`, id);
  }

  /** As `itrim`: leaves no trace. */
  removeReplica(path: string, number: number): void {
    this.#run('DELETE FROM R_DATA_MAIN WHERE data_id = ? AND data_repl_num = ?', this.idOf(path), number);
  }

  /** As `irm -r` of a collection with nothing but empty collections in it. */
  removeCollection(path: string): void {
    this.#run(
      'DELETE FROM R_COLL_MAIN WHERE coll_name = ? OR substr(coll_name, 1, ?) = ?',
      path,
      path.length + 1,
      `${path}/`,
    );
  }

  /** Who may do what with an object. */
  allow(path: string, { owner, zone, level }: Access): void {
    this.#run('INSERT INTO R_OBJT_ACCESS VALUES (?, ?, ?, ?)', this.idOf(path), owner, zone, level);
  }

  idOf(path: string): number {
    const [row] = this.#all(
      'SELECT d.data_id FROM R_DATA_MAIN d JOIN R_COLL_MAIN c ON c.coll_id = d.coll_id WHERE c.coll_name = ? AND d.data_name = ?',
      posix.dirname(path),
      posix.basename(path),
    );
    if (row === undefined) throw new Error(`the catalogue has no object ${path}`);
    return Number(row[0]);
  }

  #newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#prepare(sql).run(...values);
  }

  #all(sql: string, ...values: (string | number | null)[]): unknown[][] {
    return this.#prepare(sql)
      .raw()
      .all(...values) as unknown[][];
  }

  #prepare(sql: string): Database.Statement {
    const prepared = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

/** The part of iRODS's catalogue that baton and the specific queries see, and what steers the stand-in. */
export const TABLES = `
CREATE TABLE R_COLL_MAIN (coll_id INTEGER PRIMARY KEY, coll_name TEXT NOT NULL UNIQUE);
CREATE TABLE R_DATA_MAIN (
  data_id INTEGER NOT NULL, coll_id INTEGER NOT NULL, data_name TEXT NOT NULL, data_repl_num INTEGER NOT NULL,
  data_size INTEGER NOT NULL, resc_name TEXT NOT NULL, data_is_dirty INTEGER NOT NULL, data_checksum TEXT,
  create_ts TEXT NOT NULL, modify_ts TEXT NOT NULL);
CREATE UNIQUE INDEX idx_data_path ON R_DATA_MAIN (coll_id, data_name, data_repl_num);
CREATE INDEX idx_data_id ON R_DATA_MAIN (data_id);
CREATE TABLE R_META_MAIN (
  meta_id INTEGER PRIMARY KEY, meta_attr_name TEXT NOT NULL, meta_attr_value TEXT NOT NULL, meta_attr_unit TEXT,
  create_ts TEXT NOT NULL, modify_ts TEXT NOT NULL);
CREATE INDEX idx_meta ON R_META_MAIN (meta_attr_name, meta_attr_value);
CREATE TABLE R_OBJT_METAMAP (
  object_id INTEGER NOT NULL, meta_id INTEGER NOT NULL, create_ts TEXT NOT NULL, modify_ts TEXT NOT NULL,
  UNIQUE (object_id, meta_id));
CREATE INDEX idx_metamap ON R_OBJT_METAMAP (meta_id);
CREATE TABLE R_OBJT_ACCESS (object_id INTEGER NOT NULL, owner TEXT NOT NULL, zone TEXT NOT NULL, level TEXT NOT NULL);
CREATE TABLE R_RESC_MAIN (resc_name TEXT PRIMARY KEY, resc_net TEXT NOT NULL);
CREATE TABLE R_ZONE_MAIN (zone_name TEXT PRIMARY KEY);
CREATE TABLE R_SPECIFIC_QUERY (zone_name TEXT NOT NULL, alias TEXT NOT NULL, sqlStr TEXT NOT NULL, UNIQUE (zone_name, alias));
CREATE TABLE stand_in_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE stand_in_fault (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value INTEGER NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE stand_in_journal (id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, program TEXT NOT NULL, event TEXT NOT NULL);
`;

/** Epoch seconds as the catalogue stores them: 11 digits. */
export function stamp(seconds: number): string {
  return String(seconds).padStart(11, '0');
}

/** Attribute, value, and units where there are any. */
export interface Avu {
  readonly attribute: string;
  readonly value: string;
  readonly units?: string;
}

/** One copy of a data object. `status`: 0 stale, 1 good, 2 intermediate, 3 read-locked, 4 write-locked. */
export interface Replica {
  readonly number: number;
  readonly status: number;
  readonly checksum: string | null;
  readonly size: number;
  readonly resource: string;
  /** Epoch seconds. */
  readonly created: number;
  /** Epoch seconds. */
  readonly modified: number;
}

/** Who may do what. */
export interface Access {
  readonly owner: string;
  readonly zone: string;
  readonly level: string;
}

/** What a new object is like where the defaults do not do. */
export interface ObjectOptions {
  readonly id?: number;
  /** Epoch seconds of its replicas' time stamps. */
  readonly at?: number;
  /** Defaults to one good replica. */
  readonly replicas?: readonly Partial<Replica>[];
  readonly access?: readonly Access[];
}

/** A process of the stand-in and what became of it. */
export interface JournalEntry {
  readonly pid: number;
  readonly program: string;
  readonly event: string;
}

/** When something happens, in epoch seconds; by default the catalogue's clock says. */
export interface When {
  readonly at?: number | undefined;
}

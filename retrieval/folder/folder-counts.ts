/** What a folder retrieval came across, for people. */
export interface FolderCounts {
  /** Folders read. */
  folders: number;
  /** Files that are wanted. */
  files: number;
  /** Files that are new or changed. */
  changed: number;
  /** Symbolic links, which are not followed. */
  symlinks: number;
  /** Names that are no UTF-8, or too long to identify a cookie. */
  unusable_names: number;
  /** Files and folders without permission, or broken. */
  unreadable: number;
  /** Files and folders that went away meanwhile. */
  vanished: number;
  /** Files that were being written while they were read: left to the next retrieval. */
  unfinished: number;
}

/** All at nothing. */
export function noCounts(): FolderCounts {
  return {
    folders: 0,
    files: 0,
    changed: 0,
    symlinks: 0,
    unusable_names: 0,
    unreadable: 0,
    vanished: 0,
    unfinished: 0,
  };
}

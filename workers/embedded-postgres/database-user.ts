import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** User and group that the database runs as. */
export type DatabaseUser = { uid: number; gid: number };

/** "nobody": PostgreSQL refuses to run as root, and this user exists everywhere without being made. */
const NOBODY: DatabaseUser = { uid: 65_534, gid: 65_534 };

/** The user to switch to when we are root; undefined means that the database runs as we do. */
export function databaseUser(): DatabaseUser | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * The first folder on the way to `path` that the user may not enter, or undefined when `path` can be reached. Folders that
 * do not exist yet are left out: they will be made with the right mode.
 */
export function closedFolder(path: string, user: DatabaseUser): string | undefined {
  return ancestors(resolve(path)).find((folder) => !allows(folder, user, 0o1));
}

/** Whether the user may read this file or list this folder, apart from the way to it. */
export function isReadable(path: string, user: DatabaseUser): boolean {
  return allows(path, user, 0o4);
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}

function allows(path: string, user: DatabaseUser, bit: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return true;
  const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
  return ((stat.mode >> shift) & bit) !== 0;
}

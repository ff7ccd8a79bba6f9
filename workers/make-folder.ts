import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and its missing parents with exactly this mode, whatever the umask. A folder that exists keeps its mode:
 * it may belong to somebody else.
 */
export function makeFolder(path: string, mode: number): void {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), mode);
  // One level: Node loops for ever when it is told to make parents where nothing can be made, as under /proc.
  makeIfMissing(folder);
  chmodSync(folder, mode);
}

function makeIfMissing(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!exists) throw error;
  }
}

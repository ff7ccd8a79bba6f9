import { constants } from "node:fs";
import { type FileHandle, open, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { compileGlob } from "./glob.ts";
import { systemCode } from "./failure.ts";

/** A regular file under a root, found by the source's globs. `label` is its path for people: root and path below it. */
export type SourceFile = { path: string; label: string };

/** Why something under a root was not read. Nothing is passed over silently. */
export type SkipReason = "symbolic_link" | "special_file" | "unreadable" | "too_large" | "not_utf8";
export type SkippedFile = { file: string; reason: SkipReason };

export type FoundFiles = { files: SourceFile[]; skipped: SkippedFile[]; rootExists: boolean };

/**
 * The files of one root that match a glob, sorted by path. The root itself may be a link, as people keep their dot folders
 * elsewhere; below it no link is followed, so that nothing outside is ever read.
 */
export async function findFiles(
  root: { path: string; label: string },
  globs: readonly string[],
): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], skipped: [], rootExists: true };
  const matches = globs.map(compileGlob);
  let base: string;
  try {
    base = await realpath(root.path);
  } catch {
    return { ...found, rootExists: false };
  }
  const isWanted = (path: string) => matches.some((match) => match.test(path));
  const label = (path: string) => `${root.label}/${path}`;
  const folders = [base];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: Awaited<ReturnType<typeof readFolder>>;
    try {
      entries = await readFolder(folder);
    } catch {
      found.skipped.push({ file: label(below(base, folder)), reason: "unreadable" });
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const under = below(base, path);
      if (entry.isDirectory()) folders.push(path);
      else if (!isWanted(under)) continue;
      else if (entry.isFile()) found.files.push({ path, label: label(under) });
      else
        found.skipped.push({
          file: label(under),
          reason: entry.isSymbolicLink() ? "symbolic_link" : "special_file",
        });
    }
  }
  found.files.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  return found;
}

export type ReadFile =
  | { ok: true; text: string; bytes: number; modifiedAt: Date }
  | { ok: false; reason: SkipReason };

/** A text must fit into one string of the runtime, with room for what is made of it; larger files are named, not cut. */
const LARGEST_FILE = 256 * 1024 * 1024;

/** Reads a whole file as text. It must still be a regular file, not a link, when it is opened. */
export async function readSourceFile(path: string): Promise<ReadFile> {
  let file: FileHandle | undefined;
  try {
    // Windows has no O_NOFOLLOW; there the listing's check stands alone. Without O_NONBLOCK a named pipe would block.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stat = await file.stat();
    if (!stat.isFile()) return { ok: false, reason: "special_file" };
    if (stat.size > LARGEST_FILE) return { ok: false, reason: "too_large" };
    const bytes = await file.readFile();
    return { ok: true, text: decode(bytes), bytes: bytes.length, modifiedAt: stat.mtime };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, reason: "not_utf8" };
    return { ok: false, reason: systemCode(error) === "ELOOP" ? "symbolic_link" : "unreadable" };
  } finally {
    await file?.close();
  }
}

/** Throws a TypeError for what is not UTF-8. A live file may end within a character: its last, cut line is left for later. */
function decode(bytes: Buffer): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return decoder.decode(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1));
  }
}

function readFolder(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

function below(base: string, path: string): string {
  return relative(base, path).split(sep).join("/");
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { systemCode } from "./failure.ts";

/** Credential and settings files are small: a larger one is something else. */
const LARGEST = 1024 * 1024;

export type SmallFile =
  | { ok: true; text: string }
  | { ok: false; reason: "absent" | "unreadable" | "too_large" | "special_file" };

/** Reads a small file as text, whatever its bytes. A named pipe neither blocks nor counts as a file. */
export function readSmallFile(path: string): SmallFile {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile()) return { ok: false, reason: "special_file" };
    if (stat.size > LARGEST) return { ok: false, reason: "too_large" };
    return { ok: true, text: readFileSync(file, "utf8") };
  } catch (error) {
    const code = systemCode(error);
    return { ok: false, reason: code === "ENOENT" || code === "ENOTDIR" ? "absent" : "unreadable" };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

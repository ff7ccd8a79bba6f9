import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { machineFailure, systemCode } from "./failure.ts";
import { makeFolder } from "./make-folder.ts";
import { shownPath } from "#cli/run/file-names.ts";

/** Writes a small file for its owner alone: whole or not at all. Its folder is made if it is not there. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    makeFolder(dirname(path));
    writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw machineFailure(
      "file_not_written",
      `${shownPath(path)} can't be written (${systemCode(error) ?? "unknown"}).`,
      {
        nextSteps: ["make its folder writable, or name another place"],
        cause: error,
      },
    );
  }
}

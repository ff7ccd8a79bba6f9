import { type FileHandle, open } from "node:fs/promises";
import { AppError, isAppError } from "#lib/domain/errors.ts";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Runs file work; a full disk throws `storage_full`, every other fault `unavailable`. The cause keeps the system's words. */
export async function fileWork<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError(FULL.has(systemCode(cause) ?? "") ? "storage_full" : "unavailable", { cause });
  }
}

/** The system's code of a failed call, for example `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Makes a folder's entries durable: a file is only as durable as its name. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; NTFS journals its names by itself.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes new content durable under a name that must not exist yet, readable by the platform's own user alone. */
export async function writeNewFile(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await fileWork(() => open(path, "wx", 0o600));
  try {
    await write(handle);
    await fileWork(() => handle.sync());
  } finally {
    await handle.close();
  }
}

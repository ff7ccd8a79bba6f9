import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { type MockInstance, vi } from "vitest";

type Call = "sync" | "writeFile" | "truncate";

/** Watches one kind of call on every open file of this thread. End with `mockRestore`. */
export async function watchFiles(call: Call): Promise<MockInstance<FileHandle[Call]>> {
  const handle = await open(tmpdir(), "r");
  await handle.close();
  // Node does not export the class of its file handles; one of them leads to it
  return vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, call);
}

/** A failure as the system reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

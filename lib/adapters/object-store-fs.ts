import { randomBytes } from "node:crypto";
import {
  access,
  type FileHandle,
  link,
  mkdir,
  opendir,
  readFile,
  stat,
  statfs,
  unlink,
} from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import { fileWork, syncFolder, systemCode, writeNewFile } from "./file-io.ts";
import { fileStream } from "./file-stream.ts";
import { isObjectKey, keyOfPath, pathOfKey } from "./object-key.ts";

/** Where files grow before they get their name. In the store's own folder, because a link can't leave a file system. */
const INCOMING = ".incoming";
const DAY_MS = 24 * 60 * 60 * 1000;
/** Below this no write is taken, so that the database on the same disk keeps room to work. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/**
 * Objects as files below a folder. A write grows in a temporary file, is fsynced, and then linked to its name: the link
 * fails if the name is taken, so an object is whole and written once, whatever runs at the same time or stops in between.
 * Opening removes temporary files that are older than a day. Throws `storage_full` and `unavailable`.
 */
export async function openFileObjectStore(folder: string): Promise<ObjectStore> {
  const root = resolve(folder);
  await fileWork(async () => {
    await makeFolders(join(root, INCOMING));
    await removeOldIncoming(join(root, INCOMING));
  });
  const pathOf = (key: string) => join(root, pathOfKey(key));
  return {
    async put(key, bytes) {
      const path = pathOf(key);
      if (await fileWork(() => isThere(path))) {
        // Its writer may not have made the name durable yet.
        await fileWork(() => syncFolder(dirname(path)));
        return "exists";
      }
      return store(root, path, (file) => fileWork(() => file.writeFile(bytes)));
    },
    putStream: (key, source) => putStream(root, pathOf(key), source),
    get: (key) => whenThere(() => readFile(pathOf(key))),
    size: (key) => whenThere(async () => (await stat(pathOf(key))).size),
    open: (key) =>
      whenThere(async () => {
        const path = pathOf(key);
        const { size } = await stat(path);
        return { bytes: size, stream: fileStream(path) };
      }),
    async remove(key) {
      const path = pathOf(key);
      await whenThere(async () => {
        await unlink(path);
        await syncFolder(dirname(path));
      });
    },
    list: (prefix) => list(root, prefix),
    ready: () => ready(root),
    alive: () => ready(root),
  };
}

async function putStream(root: string, path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const taken = new AppError("already_exists", { detail: "An object is never written twice." });
  if (await fileWork(() => isThere(path))) throw taken;
  let written = 0;
  const result = await store(root, path, async (file) => {
    for await (const chunk of source) {
      await fileWork(() => file.writeFile(chunk));
      written += chunk.length;
    }
  });
  if (result === "exists") throw taken;
  return written;
}

async function store(
  root: string,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<"created" | "exists"> {
  const incoming = join(root, INCOMING, `${process.pid}-${randomBytes(12).toString("hex")}`);
  try {
    await writeNewFile(incoming, write);
    return await fileWork(() => publish(incoming, path));
  } finally {
    await unlink(incoming).catch(() => undefined);
  }
}

async function publish(incoming: string, path: string): Promise<"created" | "exists"> {
  await makeFolders(dirname(path));
  const created = await link(incoming, path).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    },
  );
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    // A name that may not last must not pass for a stored object on the next try.
    if (created) await unlink(path).catch(() => undefined);
    throw error;
  }
  return created ? "created" : "exists";
}

/** Makes missing folders, each of them durable in its parent. */
async function makeFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function removeOldIncoming(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    const info = await stat(path).catch(() => undefined);
    if (info && info.mtimeMs < Date.now() - DAY_MS) await unlink(path).catch(() => undefined);
  }
}

async function* list(root: string, prefix: string): AsyncGenerator<string> {
  const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  const start = folder === "" ? root : join(root, dirname(pathOfKey(`${folder}/x`)));
  for await (const path of filesBelow(start)) {
    const key = keyOfPath(relative(root, path).split(sep).join("/"));
    if (key.startsWith(prefix) && isObjectKey(key)) yield key;
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await whenThere(() => opendir(folder));
  if (!entries) return;
  for await (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function ready(root: string): Promise<void> {
  await fileWork(async () => {
    const { bavail, bsize } = await statfs(root);
    if (bavail * bsize < LEAST_FREE_BYTES) throw new AppError("storage_full");
    const probe = join(root, INCOMING, `${process.pid}-${randomBytes(12).toString("hex")}`);
    try {
      await writeNewFile(probe, (file) => file.writeFile("ready"));
    } finally {
      await unlink(probe).catch(() => undefined);
    }
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await whenThere(() => access(path).then(() => true))) ?? false;
}

/** The result, or null when there is no such file. */
async function whenThere<Result>(work: () => Promise<Result>): Promise<Result | null> {
  return fileWork(async () => {
    try {
      return await work();
    } catch (error) {
      if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
      throw error;
    }
  });
}

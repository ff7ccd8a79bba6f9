import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import {
  after,
  type Continuation,
  continuedBy,
  continuedWith,
  GENESIS,
  PermanenceEntry,
  type PermanenceHead,
} from "#lib/domain/permanence/entries.ts";
import type { PermanenceLog } from "#lib/ports/permanence-log.ts";
import { whileLocked } from "./append-lock.ts";
import { fileWork, syncFolder, systemCode, writeNewFile } from "./file-io.ts";

const FILE = "log.jsonl";
/** Stays beside the log, empty. */
const LOCK = "append.lock";
const NEWLINE = 0x0a;
const READ_BYTES = 64 * 1024;

/**
 * The never-forget log as lines of JSON in a folder (permanence.md 13). A line is written when its newline is: bytes after
 * the last newline are what a crash left of an append that nobody was told of. The next append moves them to a file of their
 * own, `log.torn-<n>`. Any other fault of the chain throws `permanence_broken`; then a person has to look.
 */
export function createFilePermanenceLog(folder: string): PermanenceLog {
  const path = join(folder, FILE);
  // The database's lock is lost with its connection, while the append that it guarded is still on its way: so one append at a
  // time in this process, and by the lock of a file in all of them.
  let last: Promise<unknown> = Promise.resolve();
  const extend = (continuation: Continuation) => {
    const work = last.then(() => withLog(folder, (file) => write(folder, file, continuation)));
    last = work.catch(() => undefined);
    return work;
  };
  return {
    append: (facts, at) => extend(continuedWith(facts, at)),
    adopt: (found) => extend(continuedBy(found)),
    head: () => fileWork(() => head(path)),
    entries: () => entries(path),
  };
}

async function head(path: string): Promise<PermanenceHead> {
  const file = await openToRead(path);
  if (!file) return GENESIS;
  try {
    return await readHead(file, (await wholeLines(file)).end);
  } finally {
    await file.close();
  }
}

/** Opens the log for appending, making it durably when there is none. */
async function withLog<Result>(folder: string, work: (file: FileHandle) => Promise<Result>): Promise<Result> {
  return fileWork(async () => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(made));
    return whileLocked(join(folder, LOCK), async () => {
      const file = await open(join(folder, FILE), "a+", 0o600);
      try {
        if ((await file.stat()).size === 0) await syncFolder(folder);
        return await work(file);
      } finally {
        await file.close();
      }
    });
  });
}

async function write(folder: string, file: FileHandle, continuation: Continuation): Promise<PermanenceHead> {
  const end = await cutTorn(folder, file);
  const head = await readHead(file, end);
  const chain = continuation(head);
  const lines = chain.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  try {
    if (lines !== "") await file.writeFile(lines);
    await file.sync();
  } catch (error) {
    // What may not be durable must not be built upon: the chain would have a hole after a crash.
    // Whoever has written after us keeps his entries: then the fault stays in sight instead.
    const size = await file
      .stat()
      .then((info) => info.size)
      .catch(() => Number.POSITIVE_INFINITY);
    if (size <= end + Buffer.byteLength(lines)) await file.truncate(end).catch(() => undefined);
    throw error;
  }
  return chain.reduce(after, head);
}

/** Sets a torn last line aside and answers where whole lines end. */
async function cutTorn(folder: string, file: FileHandle): Promise<number> {
  const { end, size } = await wholeLines(file);
  if (end === size) return end;
  const torn = await readAt(file, end, size - end);
  for (let n = 1; !(await tryWrite(join(folder, `log.torn-${n}`), torn)); n += 1);
  await syncFolder(folder);
  await file.truncate(end);
  return end;
}

async function tryWrite(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await writeNewFile(path, (file) => file.writeFile(bytes));
    return true;
  } catch (error) {
    if (isAppError(error) && systemCode(error.cause) === "EEXIST") return false;
    throw error;
  }
}

/** The file's size, and where its last whole line ends. */
async function wholeLines(file: FileHandle): Promise<{ end: number; size: number }> {
  const { size } = await file.stat();
  const newline = await lastNewline(file, size);
  return { end: newline + 1, size };
}

/** The entry that ends at `end`, as a head; the empty log's where nothing is. */
async function readHead(file: FileHandle, end: number): Promise<PermanenceHead> {
  if (end === 0) return GENESIS;
  const start = (await lastNewline(file, end - 1)) + 1;
  const entry = parseEntry(await readAt(file, start, end - 1 - start));
  return after({ seq: entry.seq - 1, hash: entry.previous }, entry);
}

/** Position of the last newline before `before`, or -1. */
async function lastNewline(file: FileHandle, before: number): Promise<number> {
  for (let end = before; end > 0; end -= READ_BYTES) {
    const start = Math.max(0, end - READ_BYTES);
    const at = (await readAt(file, start, end - start)).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at;
  }
  return -1;
}

async function* entries(path: string): AsyncGenerator<PermanenceEntry> {
  const file = await openToRead(path);
  if (!file) return;
  try {
    const { end } = await fileWork(() => wholeLines(file));
    let head = GENESIS;
    for await (const line of lines(file, end)) {
      const entry = parseEntry(line);
      head = after(head, entry);
      yield entry;
    }
  } finally {
    await file.close();
  }
}

async function* lines(file: FileHandle, end: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let at = 0; at < end; ) {
    const bytes = await fileWork(() => readAt(file, at, Math.min(READ_BYTES, end - at)));
    at += bytes.length;
    rest = Buffer.concat([rest, bytes]);
    for (let newline = rest.indexOf(NEWLINE); newline >= 0; newline = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, newline);
      rest = rest.subarray(newline + 1);
    }
  }
}

function parseEntry(line: Buffer): PermanenceEntry {
  try {
    return PermanenceEntry.parse(JSON.parse(line.toString("utf8")));
  } catch (cause) {
    throw new AppError("permanence_broken", { detail: "A line of the never-forget log is no entry.", cause });
  }
}

async function openToRead(path: string): Promise<FileHandle | null> {
  return fileWork(async () => {
    try {
      return await open(path, "r");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw error;
    }
  });
}

/** Exactly these bytes: a file that has become shorter meanwhile is a fault. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read);
    if (bytesRead === 0)
      throw new AppError("unavailable", { detail: "The never-forget log became shorter." });
    read += bytesRead;
  }
  return buffer;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PermanenceLog } from "#lib/ports/permanence-log.ts";
import { openFileObjectStore } from "./object-store-fs.ts";
import { createFilePermanenceLog } from "./permanence-log-file.ts";
import { createObjectPermanenceLog } from "./permanence-log-objects.ts";

const PROGRAM = resolve(import.meta.dirname, "testing", "append-process.ts");
const EACH = 12;

const KINDS: { kind: string; open: (folder: string) => Promise<PermanenceLog> }[] = [
  { kind: "file", open: async (folder) => createFilePermanenceLog(join(folder, "log")) },
  { kind: "objects", open: async (folder) => createObjectPermanenceLog(await openFileObjectStore(folder)) },
];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "permanence-processes-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Appender = { process: ChildProcess; told: number[]; ended: Promise<unknown> };

/** A process that waits for the word; `told` grows with each entry that it was told is durable. */
async function appender(kind: string, first: number): Promise<Appender> {
  const child = spawn(process.execPath, [PROGRAM, kind, folder, String(first), String(EACH)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const told: number[] = [];
  const ended = once(child, "close");
  const ready = new Promise<void>((done) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += String(data);
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "ready") done();
        else told.push(Number(line));
      }
    });
  });
  await Promise.race([ready, ended]);
  return { process: child, told, ended };
}

async function numbersIn(log: PermanenceLog): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { fact } of log.entries()) {
    if (fact.type === "episode.unhidden") numbers.push(Number.parseInt(fact.publicId, 16));
  }
  return numbers;
}

describe.each(KINDS)("never-forget log in $kind, extended by processes at once", ({ kind, open }) => {
  test("is one chain that holds everything that any of them was told is durable, also after a kill", async () => {
    const appenders = await Promise.all([100, 200, 300].map((first) => appender(kind, first)));
    for (const { process: one } of appenders) one.stdin?.write("go\n");
    const [victim] = appenders;
    await expect.poll(() => (victim?.told.length ?? 0) >= 3, { interval: 1 }).toBe(true);
    victim?.process.kill("SIGKILL");
    await Promise.all(appenders.map(({ ended }) => ended));
    const log = await open(folder);
    const found = await numbersIn(log); // throws where the chain is broken
    expect(found).toEqual(expect.arrayContaining(appenders.flatMap(({ told }) => told)));
    for (const { told } of appenders.slice(1)) expect(told).toHaveLength(EACH);
    // the one that was killed may have written one entry more than it was told of, never one twice
    expect(new Set(found).size).toBe(found.length);
    expect(
      (await log.append([{ type: "episode.unhidden", publicId: "f".repeat(64) }], new Date(0))).seq,
    ).toBe(found.length + 1);
  });
});

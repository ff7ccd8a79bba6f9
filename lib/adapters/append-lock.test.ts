import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whileLocked } from "./append-lock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "append-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether another process could take the lock now. */
function isFreeElsewhere(path: string): boolean {
  const program = `
    const database = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
    try { database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE"); } catch { process.exit(3); }`;
  const { status } = spawnSync(process.execPath, ["-e", program, path], { stdio: "ignore" });
  return status === 0;
}

describe("the lock of the never-forget log", () => {
  it("is kept from other processes while somebody else in this process waits for it", async () => {
    const path = join(folder, "append.lock");
    const order: string[] = [];
    let second: Promise<void> = Promise.resolve();
    await whileLocked(path, async () => {
      second = whileLocked(path, async () => void order.push("second"));
      expect(isFreeElsewhere(path)).toBe(false);
      order.push("first");
    });
    await second;
    expect(order).toEqual(["first", "second"]);
    expect(isFreeElsewhere(path)).toBe(true);
  });
});

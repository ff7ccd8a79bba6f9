import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./embedded-postgres/postmaster.ts";

/** The processes of one run of the platform, kept in the data folder for the next start. */
export type RunRecord = { run: string; supervisor: number; children: number[] };

const FILE = "platform.json";

/** Writes who runs; whole or not at all, because a kill may come at any moment. */
export function writeRunRecord(dataDir: string, record: RunRecord): void {
  const path = join(dataDir, FILE);
  writeFileSync(`${path}.partial`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}

/** Who ran last, or undefined when nobody did. */
export function readRunRecord(dataDir: string): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(join(dataDir, FILE), "utf8"));
    return isRunRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends what a killed supervisor left behind. Web and worker end by themselves when it is gone; one that hangs is killed, if
 * its environment proves that it belongs to that very run: a pid may have been given to somebody else since.
 */
export async function endLeftovers(dataDir: string): Promise<void> {
  const record = readRunRecord(dataDir);
  const left = record?.children.filter((pid) => belongsTo(pid, record.run)) ?? [];
  for (const deadline = Date.now() + 2000; left.some(isAlive) && Date.now() < deadline; ) await sleep(50);
  for (const pid of left.filter((leftover) => record && belongsTo(leftover, record.run))) {
    process.kill(pid, "SIGKILL");
  }
  for (const deadline = Date.now() + 2000; left.some(isAlive) && Date.now() < deadline; ) await sleep(20);
}

function belongsTo(pid: number, run: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`TRACE_SHARE_RUN=${run}`);
  } catch {
    return false;
  }
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== "object" || value === null) return false;
  if (!("run" in value) || !("supervisor" in value) || !("children" in value)) return false;
  const { run, supervisor, children } = value;
  if (typeof run !== "string" || run === "" || typeof supervisor !== "number") return false;
  return Array.isArray(children) && children.every((pid) => Number.isInteger(pid) && pid > 1);
}

import { readFileSync } from "node:fs";

/** Memory of a process in bytes: at most, mapped files among it, and now what is its own. On Linux; undefined elsewhere. */
export function residentBytes(pid: number): { most: number; own: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const of = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
    return { most: of("VmHWM"), own: of("RssAnon") };
  } catch {
    return undefined;
  }
}

/** Clock ticks of Linux are hundredths of a second. */
const TICK_MS = 10;

/** Processor time of a process and of those that it has started and that still run, in milliseconds. On Linux; undefined elsewhere. */
export function processorMs(pid: number): number | undefined {
  try {
    const started = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return [pid, ...started.filter(Boolean).map(Number)].reduce((sum, one) => sum + ownMs(one), 0);
  } catch {
    return undefined;
  }
}

function ownMs(pid: number): number {
  const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) * TICK_MS;
}

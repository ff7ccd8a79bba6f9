import { type ChildProcessByStdio, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Contributor } from "./terminal.ts";

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), "main.ts");

/** `run --review --yes` of a contributor as a process of its own. */
export function startSending({ env }: Contributor): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [MAIN, "run", "--review", "--yes"], {
    env: { ...env, NODE_ENV: "test" as const },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

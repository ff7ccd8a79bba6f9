import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isOneShot } from "./compose-file.ts";
import type { NativeService } from "./native-services.ts";

/** Docker waits 100 ms at first and twice as long each time, up to a minute; one second is its pace after a few. */
const RESTART_MS = 1000;
const POLL_MS = 500;
const HEALTH_MS = 6000;

export type Native = {
  /** Ends a service the hard way and keeps it away until `back`. */
  kill(name: string): Promise<void>;
  /** Lets a service start, again or for the first time. */
  back(name: string): void;
  /** The compose file's health check of a service; true for one that has none on this machine and runs. */
  isHealthy(name: string): Promise<boolean>;
  /** Exit codes of a service's runs so far, oldest first; a signal counts as null. */
  exits(name: string): readonly (number | null)[];
  /** Everything that a service has said. */
  said(name: string): string;
  stop(): Promise<void>;
};

type Slot = {
  native: NativeService;
  away: boolean;
  child: ChildProcess | undefined;
  exits: (number | null)[];
  log: string;
};

/**
 * Runs services as `docker compose up` does: in the order of `depends_on` with its conditions, each started again by its own rule.
 * Those in `away` are held back until `back`.
 */
export function runNative(
  services: readonly NativeService[],
  options: { folder: string; away?: readonly string[] },
): Native {
  const logs = join(options.folder, "logs");
  mkdirSync(logs, { recursive: true });
  const ending = new AbortController();
  const slots = new Map(
    services.map((native): [string, Slot] => [
      native.name,
      {
        native,
        away: options.away?.includes(native.name) ?? false,
        child: undefined,
        exits: [],
        log: join(logs, `${native.name}.log`),
      },
    ]),
  );
  const slot = (name: string): Slot => {
    const found = slots.get(name);
    if (!found) throw new Error(`no service ${name} here`);
    return found;
  };
  const isHealthy = async (name: string) => {
    const { child, native } = slot(name);
    if (!child) return false;
    return native.health === undefined || check(native.health, native.cwd);
  };
  const met = async (name: string): Promise<boolean> => {
    const depended = slots.get(name);
    // not on this machine: somebody else stands in for it
    if (!depended) return true;
    return isOneShot(depended.native.service) ? depended.exits.at(-1) === 0 : isHealthy(name);
  };
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!ending.signal.aborted && !(await condition()))
      await sleep(POLL_MS, undefined, { signal: ending.signal }).catch(() => {});
  };
  const live = async (one: Slot) => {
    for (const name of Object.keys(one.native.service.depends_on)) await until(() => met(name));
    for (;;) {
      await until(() => !one.away);
      if (ending.signal.aborted) return;
      const code = await runOnce(one);
      one.exits.push(code);
      if (code === 0 && isOneShot(one.native.service)) return;
      await sleep(RESTART_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  };
  const lives = [...slots.values()].map(live);
  return {
    async kill(name) {
      const one = slot(name);
      one.away = true;
      one.child?.kill("SIGKILL");
      await until(() => one.child === undefined);
    },
    back: (name) => void (slot(name).away = false),
    isHealthy,
    exits: (name) => slot(name).exits,
    said: (name) => (existsSync(slot(name).log) ? readFileSync(slot(name).log, "utf8") : ""),

    async stop() {
      ending.abort();
      // those that use the others end first, as compose does it
      const order = [...slots.values()].toSorted((a, b) => Number(isStore(a)) - Number(isStore(b)));
      for (const one of order) await end(one);
      await Promise.all(lives);
    },
  };
}

function isStore({ native }: Slot): boolean {
  return native.service.build === undefined || native.service.build.target === "search";
}

function runOnce(one: Slot): Promise<number | null> {
  const { native, log } = one;
  native.prepare();
  const output = openSync(log, "a");
  const child = spawn(native.file, native.args, {
    cwd: native.cwd,
    env: { ...native.env, NODE_ENV: "production" },
    stdio: ["ignore", output, output],
    ...native.user,
  });
  closeSync(output);
  one.child = child;
  return new Promise((resolve) => {
    const done = (code: number | null) => {
      one.child = undefined;
      resolve(code);
    };
    child.once("error", () => done(127));
    child.once("exit", (code) => done(code));
  });
}

async function end(one: Slot): Promise<void> {
  const { child } = one;
  if (!child) return;
  child.kill("SIGTERM");
  for (const deadline = Date.now() + 15_000; one.child && Date.now() < deadline; ) await sleep(50);
  one.child?.kill("SIGKILL");
}

function check({ file, args, env }: NonNullable<NativeService["health"]>, cwd: string): Promise<boolean> {
  const child = spawn(file, args, {
    cwd,
    env: { ...env, NODE_ENV: "production" },
    stdio: "ignore",
    timeout: HEALTH_MS,
    killSignal: "SIGKILL",
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

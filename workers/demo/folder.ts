import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { prepareDataFolder } from "#workers/data-folder.ts";
import { makeFolder } from "#workers/make-folder.ts";

/** The demo's places in its data folder. */
export type DemoFolder = {
  dataDir: string;
  /** HOME of the demo contributor: a copy of the sample sessions, and what the CLI keeps. */
  home: string;
  tokenFile: string;
  /** Output of web and worker, of every run. */
  logFile: string;
};

const SAMPLES = join(import.meta.dirname, "../demo-sessions");

/** Makes the demo's folders and copies the sample sessions. Refuses a data folder that holds something else. */
export function createDemoFolder(path: string): DemoFolder {
  const dataDir = prepareDataFolder(path);
  const own = join(dataDir, "demo");
  // The demo makes people and releases what it is sent, so it must never do so on an instance in real use.
  if (!existsSync(own) && readdirSync(dataDir).length > 0) {
    throw new AppError("configuration_invalid", {
      detail: `DATA_DIR ${dataDir} holds something that is not a demo's: choose an empty folder, or leave DATA_DIR out.`,
    });
  }
  const home = join(own, "home");
  makeFolder(home, 0o700);
  for (const agent of [".claude", ".codex"]) {
    cpSync(join(SAMPLES, agent), join(home, agent), { recursive: true });
  }
  return { dataDir, home, tokenFile: join(own, "token"), logFile: join(own, "platform.log") };
}

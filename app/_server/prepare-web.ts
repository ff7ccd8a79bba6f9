import { announcePrepared, getConfig, getDeps, getSigner, waitForDatabase } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { catchUpWithLog } from "#lib/services/replay-permanence.ts";
import { nextSettings } from "./next-settings.ts";

/** EX_CONFIG of sysexits.h, as the other processes end with it. */
const EXIT_CONFIGURATION = 78;

/**
 * What has to be true before this process serves: settings that make sense, a key to sign with, a database with the schema of this
 * program, which it never changes itself, and in it all that the never-forget log knows. Anything else is a plain line and the end of the process.
 */
export async function prepareWeb(): Promise<void> {
  try {
    const config = getConfig();
    for (const line of config.warnings) say(line);
    for (const [name, value] of Object.entries(await nextSettings(config))) process.env[name] ||= value;
    await getSigner().publicKey();
    await waitForDatabase(config, say);
    await whileAway(async () => catchUpWithLog(await getDeps()));
    announcePrepared();
  } catch (error) {
    const lines = isAppError(error) ? (error.detail ?? error.code) : "stopped by a fault";
    for (const line of lines.split("\n")) say(line);
    process.exit(isAppError(error, "configuration_invalid") ? EXIT_CONFIGURATION : 1);
  }
}

/** How long what is away at the start is waited for, and how often it is asked. */
const AWAY_MS = 5 * 60_000;
const PAUSE_MS = 1_000;

/** Right after the schema comes the rest of what `migrate` makes, and a store may be late: each new reason to wait is said once. */
async function whileAway(work: () => Promise<void>): Promise<void> {
  const said = new Set<string>();
  for (const deadline = Date.now() + AWAY_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, "unavailable") || Date.now() > deadline) throw error;
      const reason = error.detail ?? error.code;
      if (!said.has(reason)) say(`waiting: ${reason}`);
      said.add(reason);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function say(line: string): void {
  process.stderr.write(`trace-share web: ${line}\n`);
}

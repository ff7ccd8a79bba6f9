import { announceStop, faultFields, getLog, observe } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";

/** A wrong setting: nothing that a restart mends (docs/OPERATIONS.md, exit codes). */
const WRONG_SETTING = 78;

/**
 * Begins to watch this web process: its requests, its metrics, and that it is told to end. Ends it with one plain line where the port of
 * the metrics can't be had.
 */
export async function observeWeb(): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, announceStop);
  try {
    await observe("web");
  } catch (error) {
    const reason = isAppError(error) ? (error.detail ?? error.code) : "it can't be watched";
    process.stderr.write(`trace-share web: ${reason}\n`);
    process.exit(WRONG_SETTING);
  }
  silenceConsole();
}

/**
 * Libraries write what failed to the console in full, and an unexpected message may quote what it was about. From here on such a line says
 * that, what kind and where.
 */
function silenceConsole(): void {
  const write = (...said: unknown[]): void => {
    const error = said.find((part) => part instanceof Error);
    getLog().error("web.console", error ? faultFields(error) : {});
  };
  // the console is this process's own; nothing of ours writes to it
  Object.assign(console, { error: write, warn: write });
}

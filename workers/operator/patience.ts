import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { isAppError } from "#lib/domain/errors.ts";

const PAUSE_MS = 1_000;
/** How long a job that runs before everything else waits for a service that is late, in seconds. */
export const DEFAULT_WAIT_SECONDS = 60;

/** `--wait` of the jobs that run before everything else. */
export function parseWait(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new InvalidArgumentError("Seconds are a whole number up to 9999.");
  return Number(text);
}

/** Tries again for so many seconds what fails with `unavailable`; says each reason once. Any other fault ends it at once. */
export async function patiently<T>(
  work: () => Promise<T>,
  { seconds, say }: { seconds: number; say(line: string): void },
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let said: string | undefined;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, "unavailable") || performance.now() > deadline) throw error;
      const reason = error.detail ?? error.code;
      if (reason !== said) say(`waiting: ${reason}`);
      said = reason;
    }
    await sleep(PAUSE_MS);
  }
}

import { isAppError } from "#lib/domain/errors.ts";

/** EX_CONFIG of sysexits.h: a service manager need not try again before somebody changed a setting. */
const EXIT_CONFIGURATION = 78;

/**
 * What an operator is told about a fault that ended a command: plain lines without a stack, and the exit code. Faults that
 * nobody foresaw name their kind and message only.
 */
export function explainError(error: unknown): { lines: string[]; exitCode: number } {
  if (isAppError(error)) {
    const lines = (error.detail ?? error.code).split("\n");
    return { lines, exitCode: error.code === "configuration_invalid" ? EXIT_CONFIGURATION : 1 };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "unknown fault";
  return { lines: [`stopped by a fault: ${message.split("\n")[0]}`], exitCode: 1 };
}

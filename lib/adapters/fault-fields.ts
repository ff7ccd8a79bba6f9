import { isAppError } from "#lib/domain/errors.ts";

/**
 * What the log may say of a fault: the kind, our code, and the place of ours where it began. Never the message, which may
 * quote what was being worked on.
 */
export function faultFields(error: unknown): { error: string; code?: string; where?: string } {
  const where = placeOf(origin(error));
  return {
    error: error instanceof Error ? error.name : "unknown",
    ...(isAppError(error) ? { code: error.code } : {}),
    ...(where === undefined ? {} : { where }),
  };
}

function origin(error: unknown): unknown {
  let first = error;
  for (let depth = 0; depth < 8 && first instanceof Error && first.cause instanceof Error; depth += 1) {
    first = first.cause;
  }
  return first;
}

/** File and line of the first frame that names a file. Frames follow the message, which is passed over. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = error.stack?.slice(error.stack.indexOf(error.message) + error.message.length);
  const frame = frames
    ?.split("\n")
    .find((line) => /^ {4}at .*[/\\][\w.-]+\.[cm]?[jt]s:\d+:\d+\)?$/.test(line));
  return /([\w.-]+:\d+):\d+\)?$/.exec(frame ?? "")?.[1];
}

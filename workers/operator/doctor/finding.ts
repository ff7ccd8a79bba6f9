import { isAppError } from "#lib/domain/errors.ts";

/** One answer of the doctor. `code` is stable; `said` and `todo` are plain words without a secret. */
export type Finding = {
  code: string;
  status: "ok" | "warn" | "fail";
  said: string;
  /** What to do about it; absent where nothing is wrong. */
  todo?: string;
};

export function ok(code: string, said: string): Finding {
  return { code, status: "ok", said };
}

export function warn(code: string, said: string, todo: string): Finding {
  return { code, status: "warn", said, todo };
}

export function fail(code: string, said: string, todo: string): Finding {
  return { code, status: "fail", said, todo };
}

/** Our own words for a fault; of any other its kind alone, because a message may quote an address with its password. */
export function wordsOf(error: unknown): string {
  if (isAppError(error)) {
    if (error.detail !== undefined) return error.detail;
    const cause = error.cause instanceof Error ? error.cause.message : "";
    return /^(SQLSTATE|database connection)/.test(cause) ? cause : error.code;
  }
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.name : "unknown fault";
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A length of time as people say it, in its largest unit: `1 day`, `14 minutes`. */
export function spanOf(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  const [name, size] = UNITS.find(([, unit]) => length >= unit) ?? ["millisecond", 1];
  const count = Math.round(length / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

const LIMIT_MS = 30_000;

/** The findings of a check, or one that names why it could not be made. A check that hangs is given up. */
export async function attempt(
  code: string,
  todo: string,
  check: () => Promise<Finding[]> | Finding[],
): Promise<Finding[]> {
  const late = Promise.withResolvers<Finding[]>();
  const timer = setTimeout(
    () => late.resolve([fail(code, `no answer within ${spanOf(LIMIT_MS)}`, todo)]),
    LIMIT_MS,
  );
  try {
    return await Promise.race([(async () => check())(), late.promise]);
  } catch (error) {
    return [fail(code, wordsOf(error), todo)];
  } finally {
    clearTimeout(timer);
  }
}

import { DrizzleQueryError } from "drizzle-orm/errors";
import { AppError, type ErrorCode } from "#lib/domain/errors.ts";

/** SQLSTATE codes with a meaning of their own; the first two characters stand for a class. */
const CODES: Record<string, ErrorCode> = {
  "23505": "already_exists",
  "22": "input_invalid",
  "53100": "storage_full",
  "53": "unavailable",
  "40": "unavailable",
  "08": "unavailable",
  "57": "unavailable",
  "55P03": "unavailable",
  "25P03": "unavailable",
};

/** What the driver and the operating system call a connection that failed. */
const LOST = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|CONNECT_TIMEOUT$|CONNECTION_)/;

/**
 * The AppError for a failure of the database, and every other error as it is. Messages of PostgreSQL and of drizzle quote
 * values, which may be user text: the cause that remains names the SQLSTATE, the table and the constraint, nothing else.
 */
export function appErrorOf(error: unknown): unknown {
  const failure = error instanceof DrizzleQueryError ? error.cause : error;
  const code = textOf(failure, "code");
  if (failure instanceof AppError || code === undefined) {
    return error instanceof DrizzleQueryError ? new AppError("internal") : error;
  }
  if (LOST.test(code))
    return new AppError("unavailable", { cause: new Error(`database connection: ${code}`) });
  // only a server's answer has a severity; files have errors with codes too
  if (textOf(failure, "severity") === undefined) return error;
  const where = [textOf(failure, "table_name"), textOf(failure, "constraint_name")].filter(Boolean).join(" ");
  const cause = new Error(`SQLSTATE ${code}${where ? ` (${where})` : ""}`);
  return new AppError(CODES[code] ?? CODES[code.slice(0, 2)] ?? "internal", { cause });
}

/** The SQLSTATE of a failure that the server answered with. */
export function sqlStateOf(error: unknown): string | undefined {
  return textOf(error instanceof DrizzleQueryError ? error.cause : error, "code");
}

/** Waits for work on the database; its failures come out as AppError. */
export async function translated<Result>(work: PromiseLike<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw appErrorOf(error);
  }
}

/**
 * The same object with every failure of the database translated, whether a method answers a promise or a stream.
 */
export function guarded<T extends object>(repository: T): T {
  return new Proxy(repository, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => guardResult(Reflect.apply(member, target, args));
    },
  });
}

function guardResult(result: unknown): unknown {
  if (isStream(result)) return guardStream(result);
  return isThenable(result) ? translated(result) : result;
}

/** A drizzle query is no Promise, but becomes one when somebody waits for it. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

async function* guardStream(stream: AsyncIterable<unknown>): AsyncIterable<unknown> {
  try {
    yield* stream;
  } catch (error) {
    throw appErrorOf(error);
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function textOf(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined;
  const text: unknown = Reflect.get(value, key);
  return typeof text === "string" ? text : undefined;
}

import { z } from "zod";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { isLogObject, type LogObject } from "./json-lines.ts";

const Timestamp = z.iso.datetime({ offset: true });

/** A non-empty string member, else undefined. */
export function textOf(record: LogObject | undefined, key: string): string | undefined {
  const value = own(record, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An object member, else undefined. */
export function objectOf(record: LogObject | undefined, key: string): LogObject | undefined {
  const value = own(record, key);
  return isLogObject(value) ? value : undefined;
}

/** A list member, else an empty list. */
export function listOf(record: LogObject | undefined, key: string): JsonValue[] {
  const value = own(record, key);
  return Array.isArray(value) ? value : [];
}

/** A list member's objects, in order. */
export function objectsOf(record: LogObject | undefined, key: string): LogObject[] {
  return listOf(record, key).filter(isLogObject);
}

/** A count (integer, 0 or more), else undefined. */
export function countOf(record: LogObject | undefined, key: string): number | undefined {
  const value = integerOf(record, key);
  return value !== undefined && value >= 0 ? value : undefined;
}

/** A safe integer member, else undefined. */
export function integerOf(record: LogObject | undefined, key: string): number | undefined {
  const value = own(record, key);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** A member that is exactly `true`. */
export function isTrue(record: LogObject | undefined, key: string): boolean {
  return own(record, key) === true;
}

/** An RFC 3339 time as the record's `at`, or nothing: a time that is missing or odd stays absent. */
export function timeOf(record: LogObject | undefined, key = "timestamp"): { at?: string } {
  const value = textOf(record, key);
  return value !== undefined && Timestamp.safeParse(value).success ? { at: value } : {};
}

/** An own member, so that keys like `constructor` in a log never reach a prototype. */
export function own(record: LogObject | undefined, key: string): JsonValue | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A record type as a report key: names that don't look like one are counted together, so no text gets into a report. */
export function reportKey(...parts: (string | undefined)[]): string {
  const key = parts.map((part) => part ?? "untyped").join(":");
  return /^[\w.:-]{1,80}$/.test(key) ? key : "other";
}

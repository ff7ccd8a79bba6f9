/** A JSON value that has a canonical form: no undefined, no bigint, no class instances. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Why a value has no canonical form. `path` names positions only, never keys (a key may hold text). */
export class NotCanonical extends Error {
  override readonly name = "NotCanonical";
  readonly reason: "lone_surrogate" | "nul" | "not_finite" | "unsafe_integer" | "not_json" | "too_deep";

  constructor(reason: NotCanonical["reason"]) {
    super(`value has no canonical form: ${reason}`);
    this.reason = reason;
  }
}

const MAX_DEPTH = 64;

/**
 * RFC 8785 (JCS) with the refusals of docs/DATASET.md: strings are well-formed Unicode without NUL; numbers are finite,
 * and integers stay within ±(2^53−1). Keys are ordered by UTF-16 code units, as the RFC says.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

/**
 * The members of an object, each value in canonical form: for who needs the form of an object with a member and without it.
 * Throws as `canonicalJson` does.
 */
export function canonicalMembers(object: { [key: string]: JsonValue }): Map<string, string> {
  // a key taken from Object.keys is present
  return new Map(Object.keys(object).map((key) => [key, write(object[key] as JsonValue, 1)]));
}

/** The canonical form of the object that has these members. */
export function joinMembers(members: ReadonlyMap<string, string>): string {
  const keys = [...members.keys()].sort(byCodeUnit);
  return `{${keys.map((key) => `${writeString(key)}:${members.get(key) ?? ""}`).join(",")}}`;
}

function write(value: JsonValue, depth: number): string {
  if (depth > MAX_DEPTH) throw new NotCanonical("too_deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  if (typeof value === "object") return writeObject(value, depth);
  throw new NotCanonical("not_json");
}

function writeObject(value: { [key: string]: JsonValue }, depth: number): string {
  const members = Object.keys(value)
    .sort(byCodeUnit)
    // a key taken from Object.keys is present
    .map((key) => `${writeString(key)}:${write(value[key] as JsonValue, depth + 1)}`);
  return `{${members.join(",")}}`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new NotCanonical("not_finite");
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new NotCanonical("unsafe_integer");
  return JSON.stringify(value); // ECMAScript's number format is the RFC's
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw new NotCanonical("lone_surrogate");
  if (value.includes("\u0000")) throw new NotCanonical("nul");
  return JSON.stringify(value);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

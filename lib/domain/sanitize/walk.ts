import type { JsonValue } from "#lib/domain/canonical-json.ts";

/** One string of a value: a leaf or an object key. `name` is what stands beside it and may say that it is a credential. */
export type Place = { text: string; path: string; isKey: boolean; name?: string };

/** Gives the text that shall stand there instead. */
type Rewrite = (place: Place) => string;

/** Deeper values are not walked: a record may nest 32 deep, an event's arguments a little deeper. */
export const MAX_DEPTH = 200;

export class TooDeep extends Error {
  override readonly name = "TooDeep";
}

/** Keys of the schemas that we speak; any other key is printed as an ordinal, because it may hold text (permanence.md 12). */
const KNOWN = new Set(
  "schema id content_hash nonce source session time task steps outcome usage counts disclosure redactions by_kind sanitizer rights private tool namespace adapter agent_version model model_provider key position of parent kind start end prompt prompt_preview languages tags text thinking call name args bytes at exit_code is_error cut kept status basis tests passed failed error_kinds result_preview input_tokens output_tokens cached_input_tokens rules_version policy scanner license consent_version accepted_at repository visibility slot contributor_key signature session_id ts args_json result_json meta cwd repo context result trace role content success raw_content_included source_tool sessionId".split(
    " ",
  ),
);
/** Below these everything is the agent's own. */
const FREE = new Set(["args", "args_json", "result_json", "by_kind"]);

/**
 * Rebuilds a value with every string leaf and every object key passed through `rewrite`. Numbers long enough to be a card are
 * passed as text and stay numbers if they come back unchanged. Keys that become equal are told apart by a number.
 */
export function mapStrings(value: JsonValue, rewrite: Rewrite): JsonValue {
  return map({ value, path: "", free: false, depth: 0 }, rewrite);
}

/** Visits every string leaf and key without rebuilding. */
export function eachString(value: JsonValue, visit: (place: Place) => void): void {
  see({ value, path: "", free: false, depth: 0 }, visit);
}

function see(node: Node, visit: (place: Place) => void): void {
  const { value, depth } = node;
  if (depth > MAX_DEPTH) throw new TooDeep("value is nested too deep to be read");
  if (typeof value === "string") visit(leaf(node, value));
  else if (typeof value === "number") {
    if (isLong(value)) visit({ text: String(value), path: node.path, isKey: false });
  } else if (Array.isArray(value)) value.forEach((_, index) => see(inArray(node, value, index), visit));
  else if (value !== null && typeof value === "object") {
    const pairName = nameOfPair(value);
    Object.keys(value).forEach((key, index) => {
      const { child, known } = inObject(node, value, { key, index, pairName });
      if (!known) visit({ text: key, path: child.path, isKey: true });
      see(child, visit);
    });
  }
}

type Node = { value: JsonValue; path: string; free: boolean; depth: number; name?: string };

function map(node: Node, rewrite: Rewrite): JsonValue {
  const { value, depth } = node;
  if (depth > MAX_DEPTH) throw new TooDeep("value is nested too deep to be read");
  if (typeof value === "string") return rewrite(leaf(node, value));
  if (typeof value === "number") return mapNumber(node, value, rewrite);
  if (Array.isArray(value)) return mapArray(node, value, rewrite);
  if (value !== null && typeof value === "object") return mapObject(node, value, rewrite);
  return value;
}

function leaf(node: Node, text: string): Place {
  return { text, path: node.path, isKey: false, ...(node.name === undefined ? {} : { name: node.name }) };
}

function mapNumber(node: Node, value: number, rewrite: Rewrite): JsonValue {
  if (!isLong(value)) return value;
  const text = String(value);
  const made = rewrite({ text, path: node.path, isKey: false });
  return made === text ? value : made;
}

/** Long enough to be the number of a card. */
function isLong(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1e12;
}

function mapArray(node: Node, items: readonly JsonValue[], rewrite: Rewrite): JsonValue {
  return items.map((_, index) => map(inArray(node, items, index), rewrite));
}

function inArray(node: Node, items: readonly JsonValue[], index: number): Node {
  const name = nameInArray(items, index) ?? node.name;
  const child: Node = {
    value: items[index] as JsonValue, // the index is that of an item
    path: `${node.path}[${index}]`,
    free: node.free,
    depth: node.depth + 1,
  };
  if (name !== undefined) child.name = name;
  return child;
}

/** `["--token", "…"]` and `["Authorization", "…"]`: the element before names this one. */
function nameInArray(items: readonly JsonValue[], index: number): string | undefined {
  const before = items[index - 1];
  if (typeof before !== "string" || before.length > 64) return undefined;
  if (/^--?[A-Za-z][\w-]*$/.test(before)) return before;
  return items.length === 2 && /^[A-Za-z][\w-]*$/.test(before) ? before : undefined;
}

function mapObject(node: Node, object: { [key: string]: JsonValue }, rewrite: Rewrite): JsonValue {
  const made: { [key: string]: JsonValue } = {};
  const pairName = nameOfPair(object);
  Object.keys(object).forEach((key, index) => {
    const { child, known } = inObject(node, object, { key, index, pairName });
    const newKey = freeKey(made, known ? key : rewrite({ text: key, path: child.path, isKey: true }));
    put(made, newKey, map(child, rewrite));
  });
  return made;
}

/** `__proto__` is a key like any other. */
function put(object: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

type Member = { key: string; index: number; pairName: string | undefined };

function inObject(
  node: Node,
  object: { [key: string]: JsonValue },
  { key, index, pairName }: Member,
): { child: Node; known: boolean } {
  const { known, path, free } = below(node, key, index);
  const child: Node = {
    value: object[key] as JsonValue, // the key was taken from the object
    path,
    free,
    depth: node.depth + 1,
    name: VALUE_KEYS.has(key) ? (pairName ?? node.name ?? key) : key,
  };
  return { child, known };
}

const VALUE_KEYS = new Set(["value", "val", "Value", "Val", "VALUE"]);

/** What a key of an object is called in a path, and whether what is below it is the agent's own. */
export function below(
  node: { path: string; free: boolean },
  key: string,
  index: number,
): { known: boolean; path: string; free: boolean } {
  const known = !node.free && KNOWN.has(key);
  const path = known ? (node.path === "" ? key : `${node.path}.${key}`) : `${node.path}{${index}}`;
  return { known, path, free: node.free || FREE.has(key) };
}

/** `{ "name": "DB_PASSWORD", "value": "…" }`: the sibling names the value. */
function nameOfPair(object: { [key: string]: JsonValue }): string | undefined {
  const name = object.name ?? object.key ?? object.Name ?? object.Key ?? object.header ?? object.variable;
  return typeof name === "string" && name.length <= 64 ? name : undefined;
}

function freeKey(object: object, key: string): string {
  let free = key;
  for (let count = 2; Object.hasOwn(object, free); count += 1) free = `${key} (${count})`;
  return free;
}

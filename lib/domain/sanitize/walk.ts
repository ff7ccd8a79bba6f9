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
  mapStrings(value, (place) => {
    visit(place);
    return place.text;
  });
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
  if (!Number.isSafeInteger(value) || value < 1e12) return value;
  const text = String(value);
  const made = rewrite({ text, path: node.path, isKey: false });
  return made === text ? value : made;
}

function mapArray(node: Node, items: readonly JsonValue[], rewrite: Rewrite): JsonValue {
  return items.map((value, index) => {
    const name = nameInArray(items, index) ?? node.name;
    const child: Node = { value, path: `${node.path}[${index}]`, free: node.free, depth: node.depth + 1 };
    return map(name === undefined ? child : { ...child, name }, rewrite);
  });
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
    const { known, path, free } = below(node, key, index);
    const name = /^(?:value|val)$/i.test(key) && pairName !== undefined ? pairName : key;
    const child: Node = {
      value: object[key] as JsonValue, // the key was taken from the object
      path,
      free,
      depth: node.depth + 1,
      name,
    };
    const newKey = known ? key : rewrite({ text: key, path, isKey: true });
    Object.defineProperty(made, freeKey(made, newKey), {
      value: map(child, rewrite),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  });
  return made;
}

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

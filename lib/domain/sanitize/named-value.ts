import type { Span } from "./finding.ts";
import { isCredential, isWords, looksRandom, type NameStrength } from "./literal.ts";
import { strengthOf } from "./names.ts";

const NAME_CHARACTER = /[A-Za-z0-9_.-]/;
const MAX_NAME = 64;
const MAX_VALUE = 4096;

/** What may stand between a name and its value. Sticky; tried in this order; `quoted` ones take only a quoted value. */
const SEPARATORS: readonly { pattern: RegExp; form: "assign" | "call" | "pair" | "prose" | "element" }[] = [
  // yaml and json pairs over two keys: `name: X` then `value: "…"`
  {
    pattern:
      /\\{0,7}["']?[ \t]{0,8},?[ \t]{0,8}(?:\r?\n[ \t-]{0,32})?\\{0,7}["']?\b(?:value|val|Value)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}/y,
    form: "pair",
  },
  // name = value, "name": value, name := value, name: type = value, ['name'] = value
  {
    pattern:
      /\\{0,7}["'`]?\]?[ \t]{0,16}(?::[ \t]{0,4}&?(?:'static[ \t])?[A-Za-z_][\w.<>[\]| ]{0,40}=(?![=>])|(?:string|String|str|&str|\[\]byte)[ \t]{1,4}:?=|:{1,3}=|=>|[:=]{1,2}|\?=|\+=|\.=)(?!=)[ \t]{0,16}(?:\r?\n[ \t]{1,32}(?=["']))?/y,
    form: "assign",
  },
  { pattern: /\\{0,7}["'`][ \t]{0,4},[ \t]{0,4}(?=\\{0,7}["'`])/y, form: "call" },
  { pattern: /[ \t]{0,4},[ \t]{0,4}(?=["'`])/y, form: "call" },
  { pattern: />\s{0,32}/y, form: "element" },
  { pattern: /["']?[ \t]{1,4}(?:is|was|ist|are|=|->|→)[:]?[ \t]{1,4}/y, form: "prose" },
  { pattern: /[ \t]{1,8}/y, form: "prose" },
];

const QUOTED = /(?:[bruf]{1,2}(?=["']))?(\\{0,7})(["'`])/y;
const BARE = /[^\s"'`<>\\]{1,4096}/y;
const SCHEME =
  /(?:Bearer|Basic|Token|token|bearer|basic|Digest|SSWS|ApiKey|Apikey|Key|GenieKey|Bot|OAuth|AWS|Splunk|PRIVATE-TOKEN)[ \t]{1,4}(?=\S{6})/y;

/** A name that stands around a keyword hit, and where it ends. */
export type Name = { text: string; start: number; end: number };

/** The whole name that a keyword hit stands in. */
export function nameAt(text: string, hit: number): Name {
  let start = hit;
  while (start > 0 && hit - start < MAX_NAME && NAME_CHARACTER.test(text.charAt(start - 1))) start -= 1;
  let end = hit;
  while (end < text.length && end - hit < MAX_NAME && NAME_CHARACTER.test(text.charAt(end))) end += 1;
  return { text: text.slice(start, end).replace(/[.-]+$/, ""), start, end };
}

/** The credential that a telling name introduces, or null. Every spelling of `name separator value` ends here. */
export function valueOf(text: string, name: Name): Span | null {
  const strength = strengthWithPrefix(text, name);
  if (strength === null) return null;
  for (const { pattern, form } of SEPARATORS) {
    pattern.lastIndex = name.end;
    const separator = pattern.exec(text);
    if (separator === null) continue;
    const found = readValue(text, name.end + separator[0].length, form === "call");
    if (found === null || !accepts({ form, strength, text, name, found })) return null;
    return { ...found, rule: RULE[strength], as: "secret", class: "definite" };
  }
  return null;
}

const RULE: Record<NameStrength, string> = {
  password: "named-password",
  credential: "named-credential",
  key: "named-key",
};

type Read = { start: number; end: number; value: string; quoted: boolean };
type Case = { form: string; strength: NameStrength; text: string; name: Name; found: Read };

/** `api key`, `secret access key`: the words before the name on the same line belong to it when it is `key` alone. */
function strengthWithPrefix(text: string, name: Name): NameStrength | null {
  const own = strengthOf(name.text);
  if (own === "credential" || own === "password" || !/^keys?$/i.test(name.text)) return own;
  const before = /([A-Za-z]{2,16}) $/.exec(text.slice(Math.max(0, name.start - 20), name.start));
  return before?.[1] === undefined ? own : strengthOf(`${before[1]}_${name.text}`);
}

function accepts({ form, strength, text, name, found }: Case): boolean {
  const { value, quoted } = found;
  if (form === "prose") return isProseCredential({ form, strength, text, name, found });
  if (form === "call") return looksRandom(value) && !isWords(value) && isCredential(value, strength, true);
  if (form === "element") return text.charAt(name.start - 1) === "<" && isCredential(value, strength, true);
  return isCredential(value, strength, quoted);
}

/** `--token VALUE`, `config set NAME VALUE`, `my api key is VALUE`: a blank alone asks for more from the value. */
function isProseCredential({ strength, text, name, found }: Case): boolean {
  const flag = text.charAt(name.start) === "-" || text.charAt(name.start - 1) === "-";
  if (flag && strength !== "key" && !found.value.startsWith("-"))
    return isCredential(found.value, strength, found.quoted);
  const long = found.value.length >= (strength === "password" ? 8 : 12);
  return long && looksRandom(found.value) && isCredential(found.value, strength, found.quoted);
}

function readValue(text: string, from: number, quotedOnly: boolean): Read | null {
  QUOTED.lastIndex = from;
  const quote = QUOTED.exec(text);
  if (quote !== null) return readQuoted(text, from + quote[0].length, (quote[1] ?? "") + (quote[2] ?? ""));
  if (quotedOnly) return null;
  const start = from + schemeLength(text, from);
  BARE.lastIndex = start;
  const bare = BARE.exec(text)?.[0];
  if (bare === undefined) return null;
  const value = trimBare(bare, text.charAt(start + bare.length));
  if (value === "") return null;
  const wrapped = value === bare ? wrappedRest(text, start + bare.length) : 0;
  const end = start + value.length + wrapped;
  return { start, end, value: text.slice(start, end).replace(/\s+/g, ""), quoted: false };
}

function readQuoted(text: string, from: number, quote: string): Read | null {
  const start = from + schemeLength(text, from);
  const limit = Math.min(text.length, start + MAX_VALUE);
  let end = text.indexOf(quote, start);
  // an escaped quote inside a plainly quoted value belongs to it
  while (quote.length === 1 && end > start && text.charAt(end - 1) === "\\")
    end = text.indexOf(quote, end + 1);
  const line = text.indexOf("\n", start);
  if (end < 0 || end > limit) end = line < 0 ? limit : Math.min(line, limit);
  if (line >= 0 && line < end) end = line;
  const value = text.slice(start, end);
  return value === "" ? null : { start, end, value, quoted: true };
}

function schemeLength(text: string, from: number): number {
  SCHEME.lastIndex = from;
  return SCHEME.exec(text)?.[0].length ?? 0;
}

/** A terminal wraps a long value hard: the next line is then nothing but more of the same noise. */
function wrappedRest(text: string, at: number): number {
  const next = /^\r?\n([A-Za-z0-9+/=_.~@-]{8,512})(?=\r?\n|$)/.exec(text.slice(at, at + 600));
  return next?.[1] !== undefined && looksRandom(next[1]) ? next[0].length : 0;
}

/** What belongs to the sentence, the call or the query string around a bare value is not part of it. */
function trimBare(bare: string, next: string): string {
  let value = bare;
  const ampersand = value.search(/&(?:amp;)?[\w.-]{1,40}=/);
  if (ampersand > 0) value = value.slice(0, ampersand);
  if (/^[\w$.]+\(/.test(value)) return value;
  const comma = value.search(/[,;](?:[\w"'{[]|$)/);
  if (comma >= 4) value = value.slice(0, comma);
  value = value.replace(/[,;.:!?]+$/, "");
  while (/[)\]}]$/.test(value) && !balanced(value)) value = value.slice(0, -1).replace(/[,;.]+$/, "");
  return next === "<" ? value : value.replace(/[,;]+$/, "");
}

function balanced(value: string): boolean {
  return count(value, /[([{]/g) >= count(value, /[)\]}]/g);
}

function count(value: string, pattern: RegExp): number {
  return (value.match(pattern) ?? []).length;
}

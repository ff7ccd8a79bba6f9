/** Why a pattern of a policy is refused. */
export type PatternFault =
  | "not_a_pattern"
  | "too_long"
  | "matches_nothing"
  | "looks_around"
  | "refers_back"
  | "nested_repeats"
  | "too_many_repeats";

const MAX_SOURCE = 500;
/** What an open-ended repeat is cut down to. */
const REACH = 256;
/** How many ways a pattern may have to read one place: what bounds its cost for each character. */
const MAX_WAYS = 70_000;

type Group = { varies: boolean };
type Reading = { source: string; ways: number; fault: PatternFault | undefined };

/**
 * Makes a search of a pattern that somebody wrote into a policy, or says why not. Open repeats are cut at 256, repeated groups
 * may hold no repeat and no choice, and neither references back nor looks around are taken: what is left ends soon on any text.
 */
export function compilePattern(
  source: string,
): { ok: true; pattern: RegExp } | { ok: false; fault: PatternFault } {
  if (source.length > MAX_SOURCE) return { ok: false, fault: "too_long" };
  const read = bound(source);
  if (read.fault !== undefined) return { ok: false, fault: read.fault };
  if (read.ways > MAX_WAYS) return { ok: false, fault: "too_many_repeats" };
  try {
    const pattern = new RegExp(read.source, "gu");
    if (new RegExp(`^(?:${read.source})$`, "u").test("")) return { ok: false, fault: "matches_nothing" };
    return { ok: true, pattern };
  } catch {
    return { ok: false, fault: "not_a_pattern" };
  }
}

const TOKEN =
  /\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?::|<?[=!]|<)|\(|\)|\||[\s\S]/gu;
const REPEAT = /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})\??/;

/** Rewrites a pattern with every repeat bounded, and counts in how many ways it may read a place. */
function bound(source: string): Reading {
  const groups: Group[] = [{ varies: false }];
  const made: Reading = { source: "", ways: 1, fault: undefined };
  let at = 0;
  while (at < source.length && made.fault === undefined) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source)?.[0] ?? "";
    at += token.length;
    made.source += token;
    made.fault = faultOf(token);
    const closed = step(groups, token);
    const repeat = REPEAT.exec(source.slice(at, at + 16));
    if (repeat === null || token === "(" || token.startsWith("(?") || token === "|") continue;
    at += repeat[0].length;
    const { least, most } = boundsOf(repeat);
    if (most > least) {
      if (closed?.varies === true && most > 1) made.fault = "nested_repeats";
      for (const group of groups) group.varies = true;
      made.ways *= Math.min(most - least + 1, 10_000);
    }
    made.source += `{${least},${most}}${repeat[0].length > 1 && repeat[0].endsWith("?") ? "?" : ""}`;
  }
  return made;
}

function faultOf(token: string): PatternFault | undefined {
  if (/^\(\?(?:[=!]|<[=!]?)/.test(token)) return "looks_around";
  return /^\\[1-9k]/.test(token) ? "refers_back" : undefined;
}

/** Follows groups as they open and close; gives the one that was just closed. */
function step(groups: Group[], token: string): Group | undefined {
  if (token === "(" || token.startsWith("(?")) groups.push({ varies: false });
  const last = groups.at(-1);
  // a choice inside a repeated group can be read in many ways, like a repeat
  if (token === "|" && last !== undefined) last.varies = true;
  if (token !== ")") return undefined;
  const closed = groups.length > 1 ? groups.pop() : undefined;
  const outer = groups.at(-1);
  if (outer !== undefined && closed?.varies === true) outer.varies = true;
  return closed;
}

function boundsOf(repeat: RegExpExecArray): { least: number; most: number } {
  const [whole, least, comma, most] = repeat;
  if (least === undefined) {
    if (whole.startsWith("?")) return { least: 0, most: 1 };
    return { least: whole.startsWith("+") ? 1 : 0, most: REACH };
  }
  const from = Number(least);
  if (comma === "") return { least: from, most: from };
  return { least: from, most: most === "" || most === undefined ? from + REACH : Number(most) };
}

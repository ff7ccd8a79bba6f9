import type { Span } from "./finding.ts";
import { isCredential, isFiller, looksRandom } from "./literal.ts";
import { stripPlaceholders } from "./placeholder.ts";
import { withoutGutters } from "./views.ts";
import { toRaw } from "./view.ts";

/** Secrets whose frame is more than one run of characters. Each takes a text and the offset of its keyword. */
export type SpecialRule = {
  id: string;
  keywords: readonly string[];
  find: (text: string, hit: number) => Span[];
  /** Where the part of the text that `find` has seen to ends: hits before it need no look of their own. */
  region?: (text: string, hit: number) => number;
};

const PEM_END = /-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PEM_BEGIN = /-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const PEM_MAX = 16_384;
const PEM_LINE = /^[A-Za-z0-9+/=]{1,80}$|^(?:Proc-Type|DEK-Info|Version|Comment|Hash)[:,].*$|^$/;

const USERINFO = /:\/\/([^\s/:@"'`<>\\?#]{0,128}):([^\s"'`<>\\@]{1,1024})@(?=[\w.[{$-])/y;
const USERINFO_TOKEN = /:\/\/([^\s/:@"'`<>\\?#]{8,256})@(?=[\w.[{$-])/y;
const BEARER = /(?:bearer|basic|token)[ \t]{1,4}["']?([A-Za-z0-9._~+/=:-]{6,4096})/iy;
const CURL_USER = /[ \t](?:-u|--user)[ =]["']?([^\s:"']{1,64}):([^\s"']{4,256})/g;
const NETRC = /\blogin[ \t\n]+\S{1,80}[ \t\n]+password[ \t]+(\S{4,256})/g;
const IDENTIFIED =
  /\b(?:IDENTIFIED\s{1,4}BY|requirepass|WITH\s{1,4}PASSWORD|PGPASSWORD=|sshpass\s{1,4}-p)\s{0,4}["']?([^\s"';]{4,128})/giy;
const COOKIE = /(?:set-)?cookie["']?[ \t]{0,4}[:=][ \t]{0,4}["']?([^"'\r\n]{8,4096})/iy;
const COOKIE_VALUE = /([\w.-]{1,64})=([^;\s]{16,2048})/g;
const COMMON = new Set([
  "pass",
  "password",
  "passwd",
  "pwd",
  "user",
  "username",
  "token",
  "xxx",
  "secret",
  "port",
  "postgres",
  "root",
  "x-oauth-basic",
]);

export const SPECIAL_SECRETS: readonly SpecialRule[] = [
  { id: "private-key", keywords: ["-----begin"], find: privateKey },
  { id: "url-password", keywords: ["://"], find: userinfo },
  { id: "authorization-header", keywords: ["bearer ", "basic ", "authorization: token "], find: bearer },
  {
    id: "basic-credentials",
    keywords: [" -u ", " --user ", ' -u"', " -u'"],
    find: (text, hit) => inWindow(text, hit, CURL_USER, 2, "basic-credentials"),
  },
  {
    id: "netrc-password",
    keywords: ["login "],
    find: (text, hit) => inWindow(text, hit, NETRC, 1, "netrc-password"),
  },
  {
    id: "database-password",
    keywords: ["identified by", "requirepass", "with password", "pgpassword=", "sshpass "],
    find: databasePassword,
  },
  { id: "cookie", keywords: ["cookie"], find: cookie, region: cookieEnd },
];

/** From BEGIN to END; without an END to the last line that can be part of a key. Gutters of any kind are read across. */
function privateKey(text: string, hit: number): Span[] {
  PEM_BEGIN.lastIndex = hit;
  const begin = PEM_BEGIN.exec(text);
  if (begin === null) return [];
  const bodyFrom = hit + begin[0].length;
  const next = text.indexOf("-----BEGIN", bodyFrom);
  const limit = next < 0 ? bodyFrom + PEM_MAX : Math.min(next, bodyFrom + PEM_MAX);
  PEM_END.lastIndex = bodyFrom;
  const end = PEM_END.exec(text.slice(0, limit));
  const stop = end ? end.index + end[0].length : truncatedEnd(text, bodyFrom);
  const body = stripPlaceholders(text.slice(bodyFrom, end && stop > end.index ? end.index : stop));
  const closed = stop === bodyFrom + (end?.index ?? -1) - bodyFrom + (end?.[0].length ?? 0);
  const letters = body.replace(/\\{1,7}[nr]|[^A-Za-z0-9+/=]/g, "");
  // a template or code between the lines holds quotes, calls and names; a short key holds none of them
  if (
    closed ? letters.length < 3 || (/["'`(){}$<>;]/.test(body) && letters.length < 200) : letters.length < 16
  )
    return [];
  return [secret("private-key", hit, text.slice(hit, stop))];
}

function truncatedEnd(text: string, from: number): number {
  const window = text.slice(from, from + PEM_MAX);
  const view = withoutGutters({ text: window }) ?? { text: window };
  let at = 0;
  let last = 0;
  // escaped line ends count as line ends: a key in JSON is one line
  for (const line of view.text.split(/(\r?\n|(?:\\{1,7}r)?\\{1,7}n)/)) {
    const separator = /^(?:\r?\n|\\)/.test(line) && !/[A-Za-z0-9+/=]{3}/.test(line);
    if (!separator) {
      const body = /^[A-Za-z0-9+/=]*/.exec(line.trim())?.[0] ?? "";
      if (!PEM_LINE.test(line.trim())) {
        if (body.length >= 16) last = at + line.indexOf(body) + body.length;
        break;
      }
      if (line.trim() !== "") last = at + line.trimEnd().length;
    }
    at += line.length;
  }
  return from + (last === 0 ? 0 : toRaw(view, 0, last).end);
}

function userinfo(text: string, hit: number): Span[] {
  USERINFO.lastIndex = hit;
  const pair = USERINFO.exec(text);
  if (pair !== null) {
    const password = pair[2] ?? "";
    const start = hit + pair[0].length - 1 - password.length;
    return isUserinfoSecret(password) ? [secret("url-password", start, password)] : [];
  }
  USERINFO_TOKEN.lastIndex = hit;
  const token = USERINFO_TOKEN.exec(text)?.[1] ?? "";
  return looksRandom(token) && !isFiller(token) ? [secret("url-password", hit + 3, token)] : [];
}

function isUserinfoSecret(password: string): boolean {
  const bare = stripPlaceholders(password);
  if (bare.length < 4 || COMMON.has(bare.toLowerCase()) || isFiller(bare)) return false;
  return (
    !/^(?:\$|\{|<|%[A-Z_]|\*+$|\.\.\.|:)/.test(bare) && !password.startsWith("[") && !/[/?#].*\./.test(bare)
  );
}

function bearer(text: string, hit: number): Span[] {
  const at = text.slice(hit, hit + 15).toLowerCase() === "authorization: " ? hit + 15 : hit;
  BEARER.lastIndex = at;
  const match = BEARER.exec(text);
  if (match === null) return [];
  const value = (match[1] ?? "").replace(/[.:]+$/, "");
  const start = at + match[0].indexOf(value, 5);
  const header = /authorization["']?\s{0,4}[:=,]\s{0,4}["']?$/i.test(text.slice(Math.max(0, at - 24), at));
  const named = header
    ? isCredential(value, "credential", true)
    : looksRandom(value) && isCredential(value, "credential", false);
  return named ? [secret("authorization-header", start, value)] : [];
}

function databasePassword(text: string, hit: number): Span[] {
  const from = text.slice(Math.max(0, hit), hit + 200);
  IDENTIFIED.lastIndex = 0;
  const match = IDENTIFIED.exec(from);
  const value = match?.[1] ?? "";
  if (match === null || !isCredential(value, "password", true)) return [];
  return [secret("database-password", hit + match[0].length - value.length, value)];
}

function cookieEnd(text: string, hit: number): number {
  COOKIE.lastIndex = hit;
  return hit + (COOKIE.exec(text)?.[0].length ?? 0);
}

function cookie(text: string, hit: number): Span[] {
  const from = text.slice(Math.max(0, hit - 4), hit).toLowerCase() === "set-" ? hit - 4 : hit;
  COOKIE.lastIndex = from;
  const match = COOKIE.exec(text);
  if (match === null) return [];
  const body = match[1] ?? "";
  const offset = from + match[0].length - body.length;
  return [...body.matchAll(COOKIE_VALUE)]
    .map((pair) => ({ value: pair[2] ?? "", at: pair.index + (pair[1] ?? "").length + 1 }))
    .filter(({ value }) => looksRandom(value) && !isFiller(value))
    .map(({ value, at }) => secret("cookie", offset + at, value));
}

function inWindow(text: string, hit: number, pattern: RegExp, group: number, rule: string): Span[] {
  const window = text.slice(hit, hit + 512);
  return [...window.matchAll(pattern)].slice(0, 1).flatMap((match) => {
    const value = match[group] ?? "";
    if (/[<>]/.test(match[0]) || COMMON.has(value.toLowerCase())) return [];
    const start = hit + match.index + match[0].length - value.length;
    return isCredential(value, "password", true) ? [secret(rule, start, value)] : [];
  });
}

function secret(rule: string, start: number, value: string): Span {
  return { start, end: start + value.length, rule, as: "secret", class: "definite", value };
}

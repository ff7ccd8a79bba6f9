import type { Span } from "./finding.ts";
import type { Part } from "./look-up.ts";
import { matchesOf } from "./matches.ts";
import { isHostPseudonym } from "./placeholder.ts";

const INTERNAL =
  /(?<![\w@.-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}(?:internal|corp|lan|intranet|intra|home\.arpa|private)(?![\w-]|\.\w|\()|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}(?:corp|internal|intra|intranet|prod|staging|int)\.(?:[A-Za-z0-9][A-Za-z0-9-]{1,62}\.)(?:com|net|org|io|dev|cloud|local|de|co|eu|uk|fr|nl|ch|ai)(?![\w-]|\.\w|\()/g;
/** Names that every container or cloud machine knows, of nobody. */
const COMMON =
  /^(?:host\.docker\.internal|gateway\.docker\.internal|kubernetes\.docker\.internal|metadata\.google\.internal|host\.containers\.internal|host\.lima\.internal|instance-data\.ec2\.internal|[\w.-]*node\.internal)$/i;
/** Members of objects in code that look like such names. */
const CODE =
  /^(?:this|self|module|window|React|java|com|org|net|sun|jdk|google|golang|github|crate|std|pkg|src|lib|app|process|node)\./;

/** Prefilter keywords of `findInternalHosts`. */
export const HOST_KEYWORDS: readonly string[] = [
  ".internal",
  ".corp",
  ".lan",
  ".intra",
  ".home.arpa",
  ".private",
  ".prod.",
  ".staging.",
  ".int.",
];

/** How far around a keyword a host is looked for. */
export const HOST_REACH = 100;

/** Hosts in a part of a text, under names that exist only inside a company or a home. */
export function findInternalHosts({ text, from, to }: Part): Span[] {
  const window = text.slice(from, to);
  return matchesOf(INTERNAL, window).flatMap((match) => {
    const value = match[0];
    if (match.index === 0 && from > 0) return [];
    if (COMMON.test(value) || CODE.test(value) || isHostPseudonym(value)) return [];
    if (!isHostPlace(window, match.index, value)) return [];
    const start = from + match.index;
    return [
      {
        start,
        end: start + value.length,
        rule: "internal-host",
        as: "host" as const,
        class: "definite" as const,
        value,
      },
    ];
  });
}

/** `foo.internal` may be a member in code: a host has a frame (scheme, port, path, user) or more than one dot. */
function isHostPlace(text: string, start: number, value: string): boolean {
  const before = text.slice(Math.max(0, start - 12), start);
  const after = text.charAt(start + value.length);
  if (/[A-Z]/.test(value) && !/^[A-Z0-9.-]+$/.test(value)) return false;
  return (
    value.split(".").length > 2 ||
    /:\/\/$|@$|[hH]ost["']?[:=\s]{1,3}["']?$/.test(before) ||
    /[:/]/.test(after) ||
    /-/.test(value)
  );
}

import { z } from "zod";
import { TOOL_KINDS, type ToolKind } from "#lib/domain/episode/lists.ts";
import taxonomy from "#registry/tool-taxonomy.json" with { type: "json" };

const Kind = z.enum(TOOL_KINDS);
const Taxonomy = z.strictObject({
  version: z.string(),
  comment: z.string(),
  prefixes: z.record(z.string(), Kind),
  kinds: z.record(Kind, z.array(z.string().min(1))),
});

const { prefixes, kinds } = Taxonomy.parse(taxonomy);
const BY_NAME: ReadonlyMap<string, ToolKind> = new Map(
  TOOL_KINDS.flatMap((kind) => kinds[kind].map((name) => [name, kind] as const)),
);
const BY_PREFIX = Object.entries(prefixes);

/** The kind of an agent's tool by the governed taxonomy (registry/tool-taxonomy.json); a name not listed is `other`. */
export function toolKind(name: string, namespace?: string): ToolKind {
  for (const [prefix, kind] of BY_PREFIX) {
    if (name.startsWith(prefix) || namespace?.startsWith(prefix)) return kind;
  }
  return BY_NAME.get(name) ?? "other";
}

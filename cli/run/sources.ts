import { isAbsolute, join } from "node:path";
import { ADAPTERS, type SourceAdapter } from "#lib/domain/sources/adapters.ts";
import { usageFailure } from "#cli/io/failure.ts";
import type { Settings } from "#cli/io/settings.ts";
import type { Io } from "#cli/io/terminal.ts";

/** A built-in source with its roots on this machine. */
export type Source = { adapter: SourceAdapter; roots: { path: string; label: string }[] };

/** The sources of the given ids, or all of them. An unknown id is a usage error that names the known ones. */
export function resolveSources(ids: readonly string[], settings: Settings, io: Io): Source[] {
  const adapters: SourceAdapter[] = Object.values(ADAPTERS);
  const unknown = ids.filter((id) => adapters.every((adapter) => adapter.id !== id));
  if (unknown.length > 0) {
    const known = adapters.map((adapter) => adapter.id).join(", ");
    throw usageFailure("source_unknown", `Unknown source: ${unknown.join(", ")}. Known sources: ${known}.`, [
      "trace-share sources list",
    ]);
  }
  const chosen = ids.length === 0 ? adapters : adapters.filter((adapter) => ids.includes(adapter.id));
  return chosen.map((adapter) => ({
    adapter,
    roots: adapter.roots.map((root) => {
      const own = root.env === undefined ? undefined : io.env[root.env];
      // a relative value has no meaning that the agent and we would share
      if (own && isAbsolute(own))
        return { path: join(own, root.folder), label: `$${root.env}/${root.folder}` };
      const folder = `${root.home}/${root.folder}`;
      return { path: join(settings.userHome, folder), label: `~/${folder}` };
    }),
  }));
}

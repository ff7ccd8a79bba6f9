import { EXIT, type ExitCode } from "#cli/io/failure.ts";
import { readSettings } from "#cli/io/settings.ts";
import { findFiles } from "#cli/io/source-files.ts";
import { type Io, say, sayJson } from "#cli/io/terminal.ts";
import { resolveSources } from "#cli/run/sources.ts";

/** The built-in sources with their roots on this machine and how many session files are there. Opens no file. */
export async function sourcesList(io: Io, options: { json?: boolean }): Promise<ExitCode> {
  const sources = await Promise.all(
    resolveSources([], readSettings(io), io).map(async ({ adapter, roots }) => ({
      id: adapter.id,
      name: adapter.displayName,
      globs: adapter.globs,
      roots: await Promise.all(
        roots.map(async (root) => {
          const found = await findFiles(root, adapter.globs);
          return { root: root.label, exists: found.rootExists, files: found.files.length };
        }),
      ),
    })),
  );
  if (options.json) sayJson(io, { ok: true, sources, next_steps: [] });
  else {
    for (const { id, name, globs, roots } of sources) {
      say(io, `${id}  ${name}  ${globs.join(" ")}`);
      for (const { root, exists, files } of roots) {
        say(io, `    ${root}  ${exists ? `${files} files` : "not there"}`);
      }
    }
  }
  return EXIT.ok;
}

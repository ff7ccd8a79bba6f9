import { readSourcesFile, type SourceEntry } from "#lib/domain/client/sources-file.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { BUILT_IN } from "#lib/domain/sources/adapters.ts";
import { CliFailure, EXIT, type ExitCode, usageFailure } from "#cli/io/failure.ts";
import {
  fetchKey,
  fetchRegistry,
  type FetchedRegistry,
  isSignedBy,
  registryUrl,
} from "#cli/io/registry-client.ts";
import { acceptedRegistry, type AcceptedRegistry, keepRegistry } from "#cli/io/registry-store.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { readSettings, type Settings } from "#cli/io/settings.ts";
import { advise, type Io, say, sayJson } from "#cli/io/terminal.ts";
import { placeRegistry } from "#cli/run/remote-sources.ts";
import { localSources, machineOf, whyRefused } from "#cli/run/sources.ts";
import { shownPath } from "#cli/run/file-names.ts";

export type SourcesUpdateOptions = { accept?: string; json?: boolean };

type Registry = Extract<FetchedRegistry, { kind: "registry" }>;
type Offer = { url: string; key: string; registry: Registry; digest: string; entries: SourceEntry[] };

/**
 * Looks whether the platform's registry of sources has changed. What it says holds only after the contributor has seen what
 * changes and accepted it by its digest, once; the platform's key is kept with the first acceptance.
 */
export async function sourcesUpdate(io: Io, options: SourcesUpdateOptions): Promise<ExitCode> {
  const settings = readSettings(io);
  if (!settings.remoteRegistry.enabled) {
    throw usageFailure(
      "registry_off",
      "The remote registry is off, which is how it is unless you switch it on.",
      [
        "set TRACE_SHARE_REMOTE_REGISTRY_ENABLED=1 (or `enabled = true` under [remote_registry] in config.toml)",
      ],
    );
  }
  const url = registryUrl(settings);
  const before = acceptedRegistry(settings, url);
  const answer = await fetchRegistry(io, settings, { url, etag: before?.etag ?? null });
  if (answer.kind === "unchanged") return unchanged(io, settings, { url, before, options });
  const offer = await examine(io, settings, { url, registry: answer, before });
  if (before?.digest === offer.digest) {
    return unchanged(io, settings, { url, before: { ...before, etag: answer.etag }, options });
  }
  const changes = changesOf(before?.text, offer.entries);
  if (!options.json) show(io, settings, { offer, changes, isFirst: before === undefined });
  const accepted = await isAccepted(io, { options, settings, digest: offer.digest });
  if (accepted) keep(io, settings, offer);
  const nextSteps = accepted
    ? ["trace-share sources list"]
    : [`trace-share sources update --accept ${offer.digest}`];
  if (options.json) {
    sayJson(io, {
      ok: accepted,
      status: accepted ? "accepted" : "not_accepted",
      url,
      digest: offer.digest,
      public_key: offer.key,
      changes,
      next_steps: nextSteps,
    });
  } else {
    say(io, accepted ? "Accepted." : "Not accepted: nothing changes.");
    advise(io, nextSteps);
  }
  return accepted ? EXIT.ok : EXIT.refused;
}

function unchanged(
  io: Io,
  settings: Settings,
  {
    url,
    before,
    options,
  }: { url: string; before: AcceptedRegistry | undefined; options: SourcesUpdateOptions },
): ExitCode {
  if (before) keepRegistry(settings, url, { ...before, checked_at: io.now().toISOString() });
  if (options.json)
    sayJson(io, { ok: true, status: "unchanged", url, digest: before?.digest ?? null, next_steps: [] });
  else say(io, "The registry is as you accepted it.");
  return EXIT.ok;
}

/** Its signature by the key that is known, or by the one that the platform names if none is; then its form. */
async function examine(
  io: Io,
  settings: Settings,
  { url, registry, before }: { url: string; registry: Registry; before: AcceptedRegistry | undefined },
): Promise<Offer> {
  const key = before?.key ?? (await fetchKey(io, settings, url));
  if (!isSignedBy(key, registry))
    throw await badSignature(io, settings, { url, key, known: before !== undefined });
  const read = readSourcesFile(registry.text);
  if (!read.ok) {
    throw new CliFailure(
      "registry_invalid",
      `The registry is wrong at: ${read.at.join(", ")}. Nothing changes.`,
    );
  }
  return { url, key, registry, digest: sha256Hex(registry.bytes), entries: read.entries };
}

async function badSignature(
  io: Io,
  settings: Settings,
  { url, key, known }: { url: string; key: string; known: boolean },
): Promise<CliFailure> {
  const now = known ? await fetchKey(io, settings, url).catch(() => key) : key;
  if (now === key) {
    return new CliFailure("registry_signature", "The registry's signature does not hold. Nothing changes.");
  }
  return new CliFailure(
    "registry_key_changed",
    `The platform signs with another key (${now}) than the one that you accepted (${key}). ` +
      "It was set up anew without its backup, or somebody else answers in its place. Nothing changes.",
    {
      nextSteps: [
        "ask its operators, by another way, which key is theirs",
        `if the new one is: remove the address from ${shownPath(settings.home)}/registries.json and run \`trace-share sources update\` again`,
      ],
    },
  );
}

/** Entries as lines, those that went and those that came. What names a built-in source changes nothing, and is counted instead. */
function changesOf(
  before: string | undefined,
  entries: readonly SourceEntry[],
): { removed: string[]; added: string[] } {
  const read = before === undefined ? undefined : readSourcesFile(before);
  const old = (read?.ok ? read.entries : []).filter(isNew).map(lineOf);
  const now = entries.filter(isNew).map(lineOf);
  return {
    removed: old.filter((line) => !now.includes(line)),
    added: now.filter((line) => !old.includes(line)),
  };
}

function isNew({ id }: SourceEntry): boolean {
  return BUILT_IN.every((adapter) => adapter.id !== id);
}

function lineOf(entry: SourceEntry): string {
  const { id, parser_hint: parser, roots, globs, platforms, requires_opt_in: optIn, ...rest } = entry;
  const parts = [`${id}: ${parser ?? rest.format}`, roots.join(" "), globs.join(" ")];
  return [...parts, platforms?.join(" ") ?? "", optIn ? "only when named" : ""]
    .filter((part) => part !== "")
    .join(" | ");
}

function show(
  io: Io,
  settings: Settings,
  {
    offer,
    changes,
    isFirst,
  }: { offer: Offer; changes: { removed: string[]; added: string[] }; isFirst: boolean },
): void {
  say(io, `Registry:   ${safeLine(offer.url)}`);
  say(io, `Digest:     ${offer.digest}`);
  say(io, `Public key: ${offer.key}${isFirst ? "  (kept from now on; another one will be refused)" : ""}`);
  for (const line of changes.removed) say(io, `- ${safeLine(line)}`);
  for (const line of changes.added) say(io, `+ ${safeLine(line)}`);
  const taken = localSources(settings, io).map((source) => source.id);
  const placed = placeRegistry(offer.registry.text, { machine: machineOf(settings, io), taken });
  const refused = placed?.refused ?? [];
  const builtIn = refused.filter(({ reason }) => reason === "built_in_id").length;
  if (builtIn > 0) say(io, `${builtIn} entries name built-in sources, which stay as they are.`);
  for (const { id, reason } of refused) {
    if (reason !== "built_in_id") say(io, `not followed: ${id}: ${whyRefused(reason)}`);
  }
  const names = (placed?.sources ?? []).map((source) => source.id);
  say(io, `Sources that it adds on this machine: ${names.length === 0 ? "none" : names.join(", ")}`);
}

async function isAccepted(
  io: Io,
  { options, settings, digest }: { options: SourcesUpdateOptions; settings: Settings; digest: string },
): Promise<boolean> {
  if (options.accept !== undefined) return options.accept === digest;
  if (settings.remoteRegistry.acceptedDigest === digest) return true;
  if (!io.interactive || options.json) return false;
  const answer = await io.ask("Accept this registry? Type yes");
  return answer?.trim().toLowerCase() === "yes";
}

function keep(io: Io, settings: Settings, { url, key, registry, digest }: Offer): void {
  const now = io.now().toISOString();
  keepRegistry(settings, url, {
    key,
    text: registry.text,
    digest,
    etag: registry.etag,
    checked_at: now,
    accepted_at: now,
  });
}

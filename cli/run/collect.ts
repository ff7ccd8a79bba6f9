import { admit, type ConsentGiven, type ContributorKeys } from "#lib/domain/gate.ts";
import type { Disclosure } from "#lib/domain/episode/lists.ts";
import { sanitize } from "#lib/domain/sanitize/sanitize.ts";
import { verifySerialised } from "#lib/domain/sanitize/verify.ts";
import { emptyReading, type FoundWindow, type ReadingReport, readWindows } from "./read-sessions.ts";
import { type SealedEpisode, seal, unseal } from "./seal.ts";
import type { Source } from "./sources.ts";

/** One window that does not leave, and why: rules and safe places, never a value. It refuses itself alone. */
export type Refused = {
  source: string;
  file: string;
  prompt: number;
  code: string;
  findings: Place[];
};

/** A rule and a safe path, never a value. */
export type Place = { rule: string; path: string };

export type Collected = {
  /** In a fixed order: by source, file and prompt. One per slot. */
  episodes: SealedEpisode[];
  refused: Refused[];
  /** By episode id, what no rule is sure of: the contributor looks now, a moderator later. */
  candidates: Map<string, Place[]>;
  /** Windows that another file tells too, as resumed sessions do: the longer telling is kept. */
  duplicates: number;
  redactions: { total: number; byKind: Record<string, number> };
  reading: ReadingReport;
  docsBySource: Record<string, number>;
};

export type CollectContext = {
  consent: ConsentGiven;
  keys: ContributorKeys;
  identities: readonly string[];
  disclosure: Disclosure;
  includeOpen: boolean;
  now: Date;
  onProgress: (text: string) => void;
};

/** Everything that the sources hold as episodes ready to leave: read, sanitized, disclosed, admitted, read again, sealed. */
export async function collectEpisodes(
  sources: readonly Source[],
  context: CollectContext,
): Promise<Collected> {
  const reading = emptyReading();
  const bySlot = new Map<string, SealedEpisode>();
  const refused: Refused[] = [];
  const candidates = new Map<string, Place[]>();
  let duplicates = 0;
  for (const source of sources) {
    for await (const found of readWindows(source, { ...context, report: reading })) {
      const result = prepare(found, context);
      if (!result.ok) refused.push(result.refused);
      else {
        candidates.set(result.episode.id, result.candidates);
        const other = bySlot.get(result.episode.slot);
        if (other) duplicates += 1;
        bySlot.set(result.episode.slot, other ? longer(other, result.episode) : result.episode);
      }
      context.onProgress(
        `${source.adapter.displayName}: ${reading.scannedFiles} files, ${bySlot.size} episodes`,
      );
    }
  }
  const episodes = [...bySlot.values()];
  return {
    episodes,
    refused,
    candidates,
    duplicates,
    reading,
    redactions: sumRedactions(episodes),
    docsBySource: Object.fromEntries(
      sources.map(({ adapter }) => [
        adapter.id,
        episodes.filter((episode) => episode.source === adapter.id).length,
      ]),
    ),
  };
}

type Prepared = { ok: true; episode: SealedEpisode; candidates: Place[] } | { ok: false; refused: Refused };

function prepare(found: FoundWindow, context: CollectContext): Prepared {
  const clean = sanitize(found.window, { salt: context.keys.salt, identities: context.identities });
  if (!clean.ok) return refuse(found, "sanitizer_finding", clean.refusal.findings);
  const admission = admit(clean.episode, context);
  if (!admission.ok) return refuse(found, admission.code);
  const sealed = seal(admission.episode);
  if (!sealed.ok) return refuse(found, sealed.code);
  // what disclosing made of the clean text (a cut preview, say) is read once more, as the bytes that would leave
  const findings = verifySerialised(unseal(sealed.episode));
  const definite = findings.filter((finding) => finding.class === "definite");
  if (definite.length > 0) return refuse(found, "sanitizer_finding", definite);
  return { ok: true, episode: sealed.episode, candidates: placesOf(findings) };
}

function placesOf(findings: readonly Place[]): Place[] {
  return findings.map(({ rule, path }) => ({ rule, path: path === "" ? "$" : path }));
}

function refuse(found: FoundWindow, code: string, findings: readonly Place[] = []): Prepared {
  const { source, file, window } = found;
  const prompt = window.content.session.position;
  return { ok: false, refused: { source, file, prompt, code, findings: placesOf(findings) } };
}

/** Of two tellings of the same window the one with more steps, then more bytes; the hash decides what is left, so that order does not. */
function longer(a: SealedEpisode, b: SealedEpisode): SealedEpisode {
  const difference = b.steps - a.steps || b.bytes - a.bytes;
  if (difference !== 0) return difference > 0 ? b : a;
  return b.contentHash < a.contentHash ? b : a;
}

function sumRedactions(episodes: readonly SealedEpisode[]): Collected["redactions"] {
  const byKind: Record<string, number> = {};
  let total = 0;
  for (const { redactions } of episodes) {
    total += redactions.total;
    for (const [kind, count] of Object.entries(redactions.byKind)) byKind[kind] = (byKind[kind] ?? 0) + count;
  }
  return { total, byKind };
}

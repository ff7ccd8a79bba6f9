import type { Disclosure } from "#lib/domain/episode/lists.ts";
import { EPISODE_SCHEMA, EpisodeDraft } from "#lib/domain/episode/schema.ts";
import { discloseContent } from "#lib/domain/episodes/disclose.ts";
import type { WindowContent } from "#lib/domain/episodes/window.ts";

/** A window's content as a draft with stand-ins for what later steps state, checked against the record's schema. */
export function draftOf(content: WindowContent, disclosure: Disclosure): EpisodeDraft {
  const { session, ...rest } = discloseContent(content, disclosure);
  return EpisodeDraft.parse({
    schema: EPISODE_SCHEMA,
    ...rest,
    session: { key: "0".repeat(64), position: session.position },
    disclosure,
    redactions: { total: 0, by_kind: {} },
    sanitizer: { rules_version: "test" },
    rights: {
      license: "CC0-1.0",
      consent_version: "test",
      accepted_at: "2026-01-01T00:00:00Z",
      public_searchable: true,
      trainable: true,
    },
  });
}

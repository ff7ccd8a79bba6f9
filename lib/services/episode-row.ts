import type { Actor } from "#lib/domain/access/policy.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { TOOL_KINDS } from "#lib/domain/episode/lists.ts";
import { previewOf } from "#lib/domain/episode/preview.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { titleOf } from "#lib/domain/episode/title.ts";
import type { ParsedUpload } from "#lib/domain/wire/parse-upload.ts";
import type { NewEpisode } from "#lib/ports/episodes.ts";

/** The row of a new upload: identity, rights and the facts that lists show. No text but title and preview. */
export function newEpisodeRow(input: {
  upload: ParsedUpload;
  record: EpisodeRecord;
  account: string;
  actor: Actor;
  receivedSha256: string;
  groupRoot: string;
  at: Date;
}): NewEpisode {
  const { upload, record, account, actor, receivedSha256, groupRoot, at } = input;
  const token = actor.kind === "user" && actor.via === "token" ? actor : null;
  return {
    id: record.id,
    account,
    declaredId: upload.declaredId,
    contentHash: record.content_hash,
    hashBasis: record.hash_basis,
    hashVerified: upload.hashVerified,
    slot: upload.privatePart?.slot ?? null,
    sessionKey: record.session.key,
    groupRoot,
    contributorKey: upload.privatePart?.contributor_key ?? null,
    revocationAuthority: upload.privatePart?.revocation_authority ?? null,
    revocationCodeHash: upload.privatePart?.revocation_code_hash ?? null,
    receivedSha256,
    tokenId: token?.tokenId ?? null,
    sharedToken: token?.shared ?? false,
    receivedAt: at,
    consentVersion: record.rights.consent_version,
    publicSearchable: record.rights.public_searchable,
    trainable: record.rights.trainable,
    repositoryVisibility: record.rights.repository?.visibility ?? null,
    ...factsOf(record),
  };
}

function factsOf(record: EpisodeRecord) {
  return {
    title: titleOf(record),
    promptPreview: previewOf(record.task.prompt ?? record.task.prompt_preview ?? "", LIMITS.promptPreview),
    sourceTool: record.source.tool,
    model: record.source.model ?? null,
    license: record.rights.license,
    disclosure: record.disclosure,
    outcome: record.outcome.status,
    outcomeBasis: record.outcome.basis,
    languages: record.task.languages,
    tools: toolsOf(record),
    errorKinds: record.outcome.error_kinds,
    steps: record.counts.steps,
    toolCalls: record.counts.tool_calls,
    durationMs: record.counts.duration_ms ?? null,
    redactions: record.redactions.total,
    day: record.time.start?.slice(0, 10) ?? null,
  };
}

function toolsOf(record: EpisodeRecord): NewEpisode["tools"] {
  const calls = record.steps.filter((step) => step.kind === "tool_call");
  return TOOL_KINDS.map((kind) => ({
    kind,
    calls: calls.filter((step) => step.tool.kind === kind).length,
  })).filter((entry) => entry.calls > 0);
}

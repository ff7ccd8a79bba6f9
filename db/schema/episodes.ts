import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  DISCLOSURES,
  LICENSES,
  OUTCOME_BASES,
  OUTCOME_STATUSES,
  REPOSITORY_VISIBILITIES,
  type ToolKind,
} from "#lib/domain/episode/lists.ts";
import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import { TOMBSTONE_KINDS } from "#lib/domain/lifecycle/publishable.ts";
import { account, apiToken } from "./accounts.ts";
import { bytes, isOneOf, moment } from "./columns.ts";

/** Identity, rights and facts of an upload, and the lifecycle that only its events write. */
export const episode = pgTable(
  "episode",
  {
    id: text("id").primaryKey(),
    account: uuid("account")
      .notNull()
      .references(() => account.id),
    declaredId: text("declared_id").notNull(),
    contentHash: text("content_hash").notNull(),
    hashBasis: integer("hash_basis").$type<1 | 2>().notNull(),
    hashVerified: boolean("hash_verified").notNull(),
    slot: text("slot"),
    sessionKey: text("session_key").notNull(),
    groupRoot: text("group_root").notNull(),
    contributorKey: text("contributor_key"),
    revocationAuthority: text("revocation_authority"),
    revocationCodeHash: text("revocation_code_hash"),
    receivedSha256: text("received_sha256").notNull(),
    tokenId: uuid("token_id").references(() => apiToken.id),
    sharedToken: boolean("shared_token").notNull(),
    receivedAt: moment("received_at").notNull(),
    title: text("title").notNull(),
    promptPreview: text("prompt_preview").notNull(),
    sourceTool: text("source_tool").notNull(),
    model: text("model"),
    license: text("license", { enum: LICENSES }).notNull(),
    disclosure: text("disclosure", { enum: DISCLOSURES }).notNull(),
    outcome: text("outcome", { enum: OUTCOME_STATUSES }).notNull(),
    outcomeBasis: text("outcome_basis", { enum: OUTCOME_BASES }).notNull(),
    languages: text("languages").array().notNull(),
    tools: jsonb("tools").$type<{ kind: ToolKind; calls: number }[]>().notNull(),
    errorKinds: text("error_kinds").array().notNull(),
    steps: integer("steps").notNull(),
    toolCalls: integer("tool_calls").notNull(),
    durationMs: bigint("duration_ms", { mode: "number" }),
    redactions: integer("redactions").notNull(),
    day: text("day"),
    consentVersion: text("consent_version").notNull(),
    publicSearchable: boolean("public_searchable").notNull(),
    trainable: boolean("trainable").notNull(),
    repositoryVisibility: text("repository_visibility", { enum: REPOSITORY_VISIBILITIES }),
    reviewReasons: text("review_reasons").array().notNull().default([]),
    scanRulesVersion: text("scan_rules_version"),
    scanOpenFindings: integer("scan_open_findings"),
    objectKey: text("object_key"),
    objectSha256: text("object_sha256"),
    objectBytes: bigint("object_bytes", { mode: "number" }),
    legalHold: boolean("legal_hold").notNull().default(false),
    state: text("state", { enum: EPISODE_STATES }).notNull().default("received"),
    tombstone: text("tombstone", { enum: TOMBSTONE_KINDS }),
    legal: boolean("legal").notNull().default(false),
    reason: text("reason"),
    claimedBy: text("claimed_by"),
    leaseUntil: moment("lease_until"),
    firstPublishedAt: moment("first_published_at"),
    publishedAt: moment("published_at"),
    endedAt: moment("ended_at"),
    version: integer("version").notNull().default(0),
  },
  (t) => [
    unique("episode_account_declared_id").on(t.account, t.declaredId),
    uniqueIndex("episode_live_slot")
      .on(t.account, t.slot)
      .where(sql`${t.state} not in ('tombstoned', 'erased', 'rejected')`),
    index("episode_account_received").on(t.account, t.receivedAt.desc().nullsFirst()),
    // a withdrawal without an account knows only these
    index("episode_contributor_key").on(t.contributorKey).where(sql`${t.contributorKey} is not null`),
    index("episode_revocation_authority")
      .on(t.revocationAuthority)
      .where(sql`${t.revocationAuthority} is not null`),
    index("episode_state_id").on(t.state, t.id),
    index("episode_state_received").on(t.state, t.receivedAt),
    check("episode_hash_basis_known", sql`${t.hashBasis} in (1, 2)`),
    check("episode_license_known", isOneOf(t.license, LICENSES)),
    check("episode_disclosure_known", isOneOf(t.disclosure, DISCLOSURES)),
    check("episode_outcome_known", isOneOf(t.outcome, OUTCOME_STATUSES)),
    check("episode_outcome_basis_known", isOneOf(t.outcomeBasis, OUTCOME_BASES)),
    check("episode_repository_known", isOneOf(t.repositoryVisibility, REPOSITORY_VISIBILITIES)),
    check("episode_state_known", isOneOf(t.state, EPISODE_STATES)),
    check("episode_tombstone_known", isOneOf(t.tombstone, TOMBSTONE_KINDS)),
    check("episode_scan_whole", sql`(${t.scanRulesVersion} is null) = (${t.scanOpenFindings} is null)`),
    check(
      "episode_object_whole",
      sql`num_nulls(${t.objectKey}, ${t.objectSha256}, ${t.objectBytes}) in (0, 3)`,
    ),
    // What is public has been public for the first time, and what has ended says when.
    check(
      "episode_published_dated",
      sql`${t.state} <> 'published' or num_nulls(${t.firstPublishedAt}, ${t.publishedAt}) = 0`,
    ),
    check("episode_ended_dated", sql`(${t.state} in ('tombstoned', 'erased')) = (${t.endedAt} is not null)`),
  ],
);

/** Where the last scan found something: positions, never the value. */
export const finding = pgTable(
  "finding",
  {
    episodeId: text("episode_id")
      .notNull()
      .references(() => episode.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    rule: text("rule").notNull(),
    kind: text("kind", { enum: ["secret", "personal"] }).notNull(),
    path: text("path").notNull(),
    start: integer("start").notNull(),
    end: integer("end").notNull(),
    resolved: boolean("resolved").notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.episodeId, t.ordinal] }),
    check("finding_kind_known", isOneOf(t.kind, ["secret", "personal"])),
  ],
);

/** Compressed bodies that wait for the object store. */
export const episodeStaging = pgTable("episode_staging", {
  episodeId: text("episode_id")
    .primaryKey()
    .references(() => episode.id, { onDelete: "cascade" }),
  body: bytes("body").notNull(),
  sha256: text("sha256").notNull(),
  // when the object was written and read back for the first time; the copy stays for a while after that
  storedAt: moment("stored_at"),
});

/** Presigned uploads: short-lived, so no backup holds them. */
export const uploadGrant = pgTable(
  "upload_grant",
  {
    capabilityHash: text("capability_hash").primaryKey(),
    objectKey: text("object_key").notNull(),
    account: uuid("account")
      .notNull()
      .references(() => account.id),
    tokenId: uuid("token_id").references(() => apiToken.id),
    declaredId: text("declared_id").notNull(),
    contentHash: text("content_hash").notNull(),
    expiresAt: moment("expires_at").notNull(),
    body: bytes("body"),
    bodySha256: text("body_sha256"),
    // what a client of ours announces: size and digest of the body
    announcedBytes: integer("announced_bytes"),
    announcedSha256: text("announced_sha256"),
    /** Is the body sent to the object store instead of to us? */
    inBucket: boolean("in_bucket").notNull().default(false),
    accepted: boolean("accepted").notNull().default(false),
  },
  (t) => [
    unique("upload_grant_object_key").on(t.account, t.objectKey),
    index("upload_grant_expires").on(t.expiresAt),
    check(
      "upload_grant_announced_whole",
      sql`num_nulls(${t.announcedBytes}, ${t.announcedSha256}) in (0, 2) and (not ${t.inBucket} or ${t.announcedBytes} is not null)`,
    ),
  ],
);

/**
 * Withdrawals. They bind to names, not to rows: no foreign key, because the never-forget log may bring one back whose
 * account or episode an older copy of the database has not seen.
 */
export const tombstone = pgTable(
  "tombstone",
  {
    account: uuid("account").notNull(),
    declaredId: text("declared_id").notNull(),
    slot: text("slot"),
    publicId: text("public_id"),
    kind: text("kind", { enum: TOMBSTONE_KINDS }).notNull(),
    at: moment("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.account, t.declaredId] }),
    index("tombstone_slot").on(t.account, t.slot),
    index("tombstone_public_id").on(t.publicId),
    check("tombstone_kind_known", isOneOf(t.kind, TOMBSTONE_KINDS)),
  ],
);

/** The public list of released episodes that were withdrawn. Append-only; no foreign key, for the same reason. */
export const denyList = pgTable(
  "deny_list",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey(),
    episodeId: text("episode_id").notNull(),
    listed: boolean("listed").notNull(),
    day: text("day").notNull(),
  },
  (t) => [index("deny_list_episode").on(t.episodeId, t.seq)],
);

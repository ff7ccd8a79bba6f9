import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { ACTOR_KINDS } from "#lib/domain/lifecycle/episode-states.ts";
import { SNAPSHOT_EVENTS, SNAPSHOT_STATES } from "#lib/domain/lifecycle/snapshot-states.ts";
import { SNAPSHOT_FILES } from "#lib/ports/snapshots.ts";
import { account } from "./accounts.ts";
import { isOneOf, moment } from "./columns.ts";
import { episode } from "./episodes.ts";

export const snapshot = pgTable(
  "snapshot",
  {
    id: uuid("id").primaryKey(),
    version: text("version").notNull().unique(),
    state: text("state", { enum: SNAPSHOT_STATES }).notNull(),
    seed: text("seed").notNull(),
    labelKey: text("label_key").notNull(),
    baseVersion: text("base_version"),
    removalOnly: boolean("removal_only").notNull(),
    asOfSeq: bigint("as_of_seq", { mode: "number" }).notNull(),
    denyListSeq: bigint("deny_list_seq", { mode: "number" }).notNull(),
    createdAt: moment("created_at").notNull(),
    publishedAt: moment("published_at"),
    failure: text("failure"),
    reasonCode: text("reason_code"),
    // json, not jsonb: a manifest keeps the order of its keys
    manifest: json("manifest").$type<Record<string, unknown>>(),
    dataCard: text("data_card"),
    revision: integer("revision").notNull(),
  },
  (t) => [check("snapshot_state_known", isOneOf(t.state, SNAPSHOT_STATES))],
);

/** The frozen list of a snapshot. */
export const snapshotMember = pgTable(
  "snapshot_member",
  {
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references(() => snapshot.id),
    episodeId: text("episode_id")
      .notNull()
      .references(() => episode.id),
    split: text("split", { enum: ["train", "val"] }),
  },
  (t) => [
    primaryKey({ columns: [t.snapshotId, t.episodeId] }),
    index("snapshot_member_episode").on(t.episodeId),
    check("snapshot_member_split_known", isOneOf(t.split, ["train", "val"])),
  ],
);

export const snapshotFile = pgTable(
  "snapshot_file",
  {
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references(() => snapshot.id),
    name: text("name", { enum: SNAPSHOT_FILES }).notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    sha256: text("sha256").notNull(),
    contentSha256: text("content_sha256").notNull(),
    rows: bigint("rows", { mode: "number" }),
    objectKey: text("object_key").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.snapshotId, t.name] }),
    check("snapshot_file_name_known", isOneOf(t.name, SNAPSHOT_FILES)),
  ],
);

/** Every change of a snapshot, for ever: a trigger refuses updates and deletes. */
export const snapshotEvent = pgTable(
  "snapshot_event",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references(() => snapshot.id),
    event: text("event", { enum: SNAPSHOT_EVENTS }).notNull(),
    from: text("from_state", { enum: SNAPSHOT_STATES }).notNull(),
    to: text("to_state", { enum: SNAPSHOT_STATES }).notNull(),
    actor: text("actor", { enum: ACTOR_KINDS }).notNull(),
    actorId: text("actor_id"),
    at: moment("at").notNull(),
  },
  (t) => [
    index("snapshot_event_snapshot").on(t.snapshotId, t.seq),
    check("snapshot_event_event_known", isOneOf(t.event, SNAPSHOT_EVENTS)),
    check("snapshot_event_from_known", isOneOf(t.from, SNAPSHOT_STATES)),
    check("snapshot_event_to_known", isOneOf(t.to, SNAPSHOT_STATES)),
    check("snapshot_event_actor_known", isOneOf(t.actor, ACTOR_KINDS)),
  ],
);

/** Releases that somebody built elsewhere: kept per account, so nobody's claim on a version blocks another's. */
export const externalSnapshot = pgTable(
  "external_snapshot",
  {
    account: uuid("account")
      .notNull()
      .references(() => account.id),
    version: text("version").notNull(),
    objectPrefix: text("object_prefix").notNull(),
    createdAt: moment("created_at").notNull(),
    manifest: json("manifest").$type<unknown>().notNull(),
    checksums: text("checksums").notNull(),
    files: json("files").$type<{ name: string; bytes: number; sha256: string }[]>().notNull(),
    dataCard: text("data_card").notNull(),
  },
  (t) => [primaryKey({ columns: [t.account, t.version] })],
);

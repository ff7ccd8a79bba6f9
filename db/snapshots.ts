import { and, asc, desc, eq, getTableColumns, gt, inArray, isNotNull, type SQL } from "drizzle-orm";
import { AppError } from "#lib/domain/errors.ts";
import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { SnapshotRepository } from "#lib/ports/snapshots.ts";
import { BATCH, batchesOf } from "./batches.ts";
import type { Executor } from "./client.ts";
import { toEpisode } from "./episode-row.ts";
import { episode } from "./schema/episodes.ts";
import {
  externalSnapshot,
  snapshot,
  snapshotEvent,
  snapshotFile,
  snapshotMember,
} from "./schema/snapshots.ts";
import { insertMembers, memberStream, withdrawnMembers, writeSplits } from "./snapshot-members.ts";
import { isUuid } from "./uuid.ts";

/** Snapshots, their members, files and events over PostgreSQL. */
export function snapshotRepository(db: Executor): SnapshotRepository {
  return { ...lookups(db), ...writing(db), ...members(db), ...files(db), ...external(db) };
}

/** Yanked ones too: copies of them are out there, and the deny-list is for those who hold copies. */
const PUBLIC_STATES: SnapshotState[] = ["published", "superseded", "withheld", "yanked"];

type Lookups = "byId" | "byVersion" | "lock" | "list" | "containing";

function lookups(db: Executor): Pick<SnapshotRepository, Lookups> {
  return {
    async byId(id) {
      if (!isUuid(id)) return null;
      const [row] = await db.select().from(snapshot).where(eq(snapshot.id, id));
      return row ?? null;
    },
    async byVersion(version) {
      const [row] = await db.select().from(snapshot).where(eq(snapshot.version, version));
      return row ?? null;
    },
    async lock(id) {
      if (!isUuid(id)) return null;
      const [row] = await db.select().from(snapshot).where(eq(snapshot.id, id)).for("update");
      return row ?? null;
    },
    list: () => db.select().from(snapshot).orderBy(desc(snapshot.createdAt), desc(snapshot.id)),
    containing: (episodeId) =>
      db
        .select(getTableColumns(snapshot))
        .from(snapshotMember)
        .innerJoin(snapshot, eq(snapshot.id, snapshotMember.snapshotId))
        .where(
          and(
            eq(snapshotMember.episodeId, episodeId),
            isNotNull(snapshotMember.split),
            inArray(snapshot.state, PUBLIC_STATES),
          ),
        )
        .orderBy(desc(snapshot.createdAt), desc(snapshot.id)),
  };
}

function writing(db: Executor): Pick<SnapshotRepository, "insert" | "apply" | "log"> {
  return {
    async insert(entry, ids) {
      await db.insert(snapshot).values(entry);
      await insertMembers(db, entry.id, ids);
    },
    async apply(before, event, next, { actor, actorId, at }) {
      const rows = await db
        .update(snapshot)
        .set({ ...next, revision: before.revision + 1 })
        .where(and(eq(snapshot.id, before.id), eq(snapshot.revision, before.revision)))
        .returning({ id: snapshot.id });
      if (rows.length === 0) throw new AppError("version_conflict");
      const [from, to] = [before.state, next.state];
      await db.insert(snapshotEvent).values({ snapshotId: before.id, event, from, to, actor, actorId, at });
    },
    log: (id) =>
      db
        .select({
          event: snapshotEvent.event,
          from: snapshotEvent.from,
          to: snapshotEvent.to,
          actor: snapshotEvent.actor,
          actorId: snapshotEvent.actorId,
          at: snapshotEvent.at,
        })
        .from(snapshotEvent)
        .where(eq(snapshotEvent.snapshotId, id))
        .orderBy(asc(snapshotEvent.seq)),
  };
}

type Members = "memberIds" | "members" | "setMembers" | "withdrawnMembers" | "lockMembers";

function members(db: Executor): Pick<SnapshotRepository, Members> {
  return {
    async *memberIds(id) {
      for await (const member of memberStream(db, id)) yield member.episodeId;
    },
    members: (id) => memberStream(db, id),
    setMembers: (id, list) => writeSplits(db, id, list),
    withdrawnMembers: (id) => withdrawnMembers(db, id),
    async *lockMembers(id) {
      for (let after = ""; ; ) {
        const rows = await db
          .select(getTableColumns(episode))
          .from(snapshotMember)
          .innerJoin(episode, eq(episode.id, snapshotMember.episodeId))
          .where(and(isBuiltInto(id), gt(snapshotMember.episodeId, after)))
          .orderBy(asc(snapshotMember.episodeId))
          .limit(BATCH)
          .for("update", { of: episode });
        yield rows.map(toEpisode);
        const last = rows.at(-1);
        if (!last || rows.length < BATCH) return;
        after = last.id;
      }
    },
  };
}

/** Members that stand in a file: the build gave them a split. */
function isBuiltInto(snapshotId: string): SQL | undefined {
  return and(eq(snapshotMember.snapshotId, snapshotId), isNotNull(snapshotMember.split));
}

function files(db: Executor): Pick<SnapshotRepository, "files" | "setFiles"> {
  return {
    async files(id) {
      if (!isUuid(id)) return [];
      const { snapshotId: _snapshotId, ...columns } = getTableColumns(snapshotFile);
      return db
        .select(columns)
        .from(snapshotFile)
        .where(eq(snapshotFile.snapshotId, id))
        .orderBy(asc(snapshotFile.name));
    },
    async setFiles(id, list) {
      await db.delete(snapshotFile).where(eq(snapshotFile.snapshotId, id));
      for (const batch of batchesOf(list))
        await db.insert(snapshotFile).values(batch.map((file) => ({ ...file, snapshotId: id })));
    },
  };
}

function external(db: Executor): Pick<SnapshotRepository, "register" | "external"> {
  return {
    async register(entry) {
      const rows = await db
        .insert(externalSnapshot)
        .values(entry)
        .onConflictDoNothing()
        .returning({ version: externalSnapshot.version });
      return rows.length > 0 ? "created" : "exists";
    },
    async external(version, account) {
      if (!isUuid(account)) return null;
      const [row] = await db
        .select()
        .from(externalSnapshot)
        .where(and(eq(externalSnapshot.account, account), eq(externalSnapshot.version, version)));
      return row ?? null;
    },
  };
}

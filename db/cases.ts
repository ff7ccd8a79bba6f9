import { and, asc, count, desc, eq, getTableColumns, inArray, notInArray, sql } from "drizzle-orm";
import { AppError } from "#lib/domain/errors.ts";
import { OPEN_CASE_STATES } from "#lib/domain/lifecycle/case-states.ts";
import type { CaseRepository } from "#lib/ports/cases.ts";
import type { Executor } from "./client.ts";
import { caseEvent, caseNumber, caseReport, takedownCase } from "./schema/cases.ts";
import { isUuid } from "./uuid.ts";

/** Cases, their events and reports over PostgreSQL. */
export function caseRepository(db: Executor): CaseRepository {
  return { ...lookups(db), ...writing(db), ...reports(db) };
}

const isOpen = inArray(takedownCase.state, OPEN_CASE_STATES);

type Lookups = "byId" | "lock" | "lockOpen" | "openOf" | "countBlocking" | "blockedAmong" | "list";

function lookups(db: Executor): Pick<CaseRepository, Lookups> {
  return {
    async byId(id) {
      if (!isUuid(id)) return null;
      const [row] = await db.select().from(takedownCase).where(eq(takedownCase.id, id));
      return row ?? null;
    },
    async lock(id) {
      if (!isUuid(id)) return null;
      const [row] = await db.select().from(takedownCase).where(eq(takedownCase.id, id)).for("update");
      return row ?? null;
    },
    async lockOpen(episodeId, category) {
      const [row] = await db
        .select()
        .from(takedownCase)
        .where(and(eq(takedownCase.episodeId, episodeId), eq(takedownCase.category, category), isOpen))
        .orderBy(asc(takedownCase.openedAt), asc(takedownCase.id))
        .limit(1)
        .for("update");
      return row ?? null;
    },
    openOf: (episodeId) =>
      db
        .select()
        .from(takedownCase)
        .where(and(eq(takedownCase.episodeId, episodeId), isOpen))
        .orderBy(asc(takedownCase.band), asc(takedownCase.openedAt), asc(takedownCase.id)),
    async countBlocking(episodeId) {
      const [row] = await db
        .select({ value: count() })
        .from(takedownCase)
        .where(and(eq(takedownCase.episodeId, episodeId), eq(takedownCase.blocks, true), isOpen));
      return row?.value ?? 0;
    },
    async blockedAmong(episodeIds) {
      if (episodeIds.length === 0) return new Set();
      const rows = await db
        .selectDistinct({ id: takedownCase.episodeId })
        .from(takedownCase)
        .where(and(inArray(takedownCase.episodeId, [...episodeIds]), eq(takedownCase.blocks, true), isOpen));
      return new Set(rows.map((row) => row.id));
    },
    list: ({ open, limit }) =>
      db
        .select({ ...getTableColumns(takedownCase), reports: count(caseReport.receiptHash) })
        .from(takedownCase)
        .leftJoin(caseReport, eq(caseReport.caseId, takedownCase.id))
        .where(open ? isOpen : notInArray(takedownCase.state, OPEN_CASE_STATES))
        .groupBy(takedownCase.id)
        .orderBy(
          ...(open
            ? [asc(takedownCase.band), asc(takedownCase.openedAt), asc(takedownCase.id)]
            : [desc(takedownCase.openedAt), desc(takedownCase.id)]),
        )
        .limit(limit),
  };
}

function writing(db: Executor): Pick<CaseRepository, "nextNumber" | "insert" | "apply" | "log"> {
  return {
    async nextNumber(year) {
      const [row] = await db
        .insert(caseNumber)
        .values({ year, last: 1 })
        .onConflictDoUpdate({ target: caseNumber.year, set: { last: sql`${caseNumber.last} + 1` } })
        .returning({ last: caseNumber.last });
      if (!row) throw new AppError("internal");
      return `TD-${year}-${String(row.last).padStart(6, "0")}`;
    },
    async insert(entry) {
      await db.insert(takedownCase).values(entry);
    },
    async apply(before, event, next, { actor, actorId, role, at }) {
      const rows = await db
        .update(takedownCase)
        .set(next)
        .where(and(eq(takedownCase.id, before.id), eq(takedownCase.state, before.state)))
        .returning({ id: takedownCase.id });
      if (rows.length === 0) throw new AppError("version_conflict");
      const [from, to] = [before.state, next.state];
      await db.insert(caseEvent).values({ caseId: before.id, event, from, to, actor, actorId, role, at });
    },
    async log(caseId) {
      if (!isUuid(caseId)) return [];
      return db
        .select({
          event: caseEvent.event,
          from: caseEvent.from,
          to: caseEvent.to,
          actor: caseEvent.actor,
          at: caseEvent.at,
        })
        .from(caseEvent)
        .where(eq(caseEvent.caseId, caseId))
        .orderBy(asc(caseEvent.seq));
    },
  };
}

function reports(db: Executor): Pick<CaseRepository, "addReport" | "reports" | "byReceipt"> {
  return {
    async addReport(report) {
      await db.insert(caseReport).values(report);
    },
    async reports(caseId) {
      if (!isUuid(caseId)) return [];
      return db
        .select()
        .from(caseReport)
        .where(eq(caseReport.caseId, caseId))
        .orderBy(asc(caseReport.at), asc(caseReport.receiptHash));
    },
    async byReceipt(receiptHash) {
      const [row] = await db
        .select({ case: takedownCase, report: caseReport })
        .from(caseReport)
        .innerJoin(takedownCase, eq(takedownCase.id, caseReport.caseId))
        .where(eq(caseReport.receiptHash, receiptHash));
      return row ?? null;
    },
  };
}

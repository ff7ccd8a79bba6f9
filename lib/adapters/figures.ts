import { statfs } from "node:fs/promises";
import type { DatabaseHandle } from "#db/client.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import { QUICK_FIGURES, readQuickFigures, readSlowFigures, SLOW_FIGURES } from "./figures-postgres.ts";
import type { PrometheusMetrics } from "./metrics-prometheus.ts";

/** However often the page is asked for, the database is asked at most this often: for what changes, and for what costs. */
const QUICK_MS = 15_000;
const SLOW_MS = 5 * 60_000;
/** A collector gives up after ten seconds: the rest of the page has to be there by then. */
const ANSWER_MS = 3_000;

type Source = { metrics: Metrics; database: DatabaseHandle; dataDir: string; answerMs?: number };

/**
 * Puts what the database and the disk know onto the metrics page of a worker. Two workers say the same; pages and services say nothing of
 * it. While the database does not answer, its figures go from the page instead of staying what they were.
 */
export function showFigures(
  page: Pick<PrometheusMetrics, "onScrape" | "forget">,
  { metrics, database, dataDir, answerMs = ANSWER_MS }: Source,
): void {
  const quick = atMostEvery(QUICK_MS, () => readQuickFigures(database, metrics));
  const slow = atMostEvery(SLOW_MS, () => readSlowFigures(database, metrics));
  page.onScrape(async () => {
    await readDisk(dataDir, metrics).catch(() => {
      for (const name of ["disk_free_bytes", "disk_bytes"] as const) page.forget(name);
    });
    const answers = await Promise.allSettled([within(answerMs, quick()), within(answerMs, slow())]);
    [QUICK_FIGURES, SLOW_FIGURES].forEach((names, index) => {
      if (answers[index]?.status === "rejected") for (const name of names) page.forget(name);
    });
    metrics.set("figures_up", {}, answers.every(({ status }) => status === "fulfilled") ? 1 : 0);
  });
}

/** Runs the work unless it has just been run; who asks while it runs waits for the same answer. A failure counts as an answer for a second. */
function atMostEvery(milliseconds: number, work: () => Promise<void>): () => Promise<void> {
  let validUntil = Number.NEGATIVE_INFINITY;
  let last: Promise<void> | undefined;
  return () => {
    if (last && performance.now() < validUntil) return last;
    validUntil = Number.POSITIVE_INFINITY;
    last = work();
    last.then(
      () => (validUntil = performance.now() + milliseconds),
      () => (validUntil = performance.now() + 1000),
    );
    return last;
  };
}

/** Rejects where the work has not ended by then; it goes on by itself, and the next page may find its answer. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError("unavailable")), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function readDisk(dataDir: string, metrics: Metrics): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  metrics.set("disk_free_bytes", {}, bavail * bsize);
  metrics.set("disk_bytes", {}, blocks * bsize);
}

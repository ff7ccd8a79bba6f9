import { AppError } from "#lib/domain/errors.ts";
import { listCases } from "#lib/services/cases.ts";
import { type ReportInput, submitReport } from "#lib/services/reports.ts";
import { publishedEpisodes } from "./own-episodes.ts";
import { sayDetail, shortId } from "./say.ts";
import type { Stage } from "./stage.ts";

const CLOSED_LOOKED_AT = 200;

/** What two readers noticed. One report of each category is what this step makes true. */
const REPORTS: readonly Omit<ReportInput, "episodeId">[] = [
  {
    category: "personal_data_other",
    step: 2,
    message: "This step may still name a colleague of the contributor. Please look at it again.",
    contact: null,
  },
  {
    category: "quality",
    step: null,
    message: "The session ends before the change was tried out, so the outcome may be wrong.",
    contact: null,
  },
];

/** Files the two reports as the public form does, on two episodes of their own. */
export async function reporting(stage: Stage): Promise<void> {
  const { deps, people } = stage;
  const closed = await deps.store.cases.list({ open: false, limit: CLOSED_LOOKED_AT });
  const cases = [...(await listCases(deps, people.moderator.actor)), ...closed];
  const published = await publishedEpisodes(stage);
  for (const [index, report] of REPORTS.entries()) {
    const known = cases.find(({ category }) => category === report.category);
    if (known) {
      sayDetail(`${known.number}: ${report.category}, on ${shortId(known.episodeId)}, filed before`);
      continue;
    }
    const episode = published[index];
    if (!episode) throw new AppError("not_found", { detail: "too few episodes are published to report two" });
    const { receipt, number } = await submitReport(deps, { ...report, episodeId: episode.id });
    sayDetail(`${number}: ${report.category}, on ${shortId(episode.id)}; the reporter follows it on`);
    sayDetail(`  ${deps.rules.publicUrl}/reports/${receipt}`);
  }
}

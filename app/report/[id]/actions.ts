"use server";
import { redirect } from "next/navigation";
import { z } from "zod";
import { action } from "#app/_server/action.ts";
import { CASE_CATEGORY_NAMES } from "#lib/domain/lifecycle/case-states.ts";
import { submitReport } from "#lib/services/reports.ts";

const ReportForm = z.object({
  episodeId: z.string().regex(/^[0-9a-f]{64}$/),
  category: z.enum(CASE_CATEGORY_NAMES),
  step: z.preprocess(
    (value) => (value === "" ? null : value),
    z.coerce.number().int().min(1).max(10_000).nullable(),
  ),
  message: z.string().trim().min(1).max(4_000),
  contact: z.preprocess((value) => (value === "" ? null : value), z.string().max(200).nullable()),
});

/** Files a report and leads to its receipt. */
export const report = action(
  { input: ReportForm, auth: "public", limit: "report" },
  async ({ deps, input }) => {
    const { receipt } = await submitReport(deps, input);
    redirect(`/reports/${receipt}`);
  },
);

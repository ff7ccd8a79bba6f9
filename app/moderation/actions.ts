"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { action } from "#app/_server/action.ts";
import { CASE_OUTCOMES } from "#lib/domain/lifecycle/case-states.ts";
import { claimCase, decideCase } from "#lib/services/cases.ts";
import {
  approveEpisode,
  claimEpisode,
  hideEpisode,
  rejectEpisode,
  restoreEpisode,
  takeDownEpisode,
  unclaimEpisode,
  unhideEpisode,
} from "#lib/services/moderate.ts";
import { setPaused } from "#lib/services/pause.ts";

const Target = z.object({ episodeId: z.string().regex(/^[0-9a-f]{64}$/) });
/** With the box that says of each open finding that it is a false alarm. */
const Publishing = Target.extend({
  dismissFindings: z
    .literal("on")
    .optional()
    .transform((box) => box === "on"),
});
const WithReason = Target.extend({ reason: z.string().min(1).max(60) });

/** A form's decision on one episode; the page shows the new state in its answer. */
function decision<Input>(
  input: z.ZodType<Input>,
  decide: (
    ...args: [Parameters<typeof claimEpisode>[0], Parameters<typeof claimEpisode>[1], Input]
  ) => Promise<unknown>,
) {
  return action({ input, auth: "session" }, async ({ deps, actor, input }) => {
    await decide(deps, actor, input);
    revalidatePath("/moderation", "layout");
    return null;
  });
}

export const claim = decision(Target, claimEpisode);
export const unclaim = decision(Target, unclaimEpisode);
export const approve = decision(Publishing, approveEpisode);
export const reject = decision(WithReason, rejectEpisode);
export const hide = decision(WithReason, hideEpisode);
export const unhide = decision(Publishing, unhideEpisode);
export const takeDown = decision(WithReason, takeDownEpisode);
export const restore = decision(Publishing, restoreEpisode);

export const takeCase = decision(z.object({ caseId: z.uuid() }), claimCase);
export const decide = decision(
  z.object({
    caseId: z.uuid(),
    outcome: z.enum(CASE_OUTCOMES),
    reason: z.preprocess((value) => (value === "" ? null : value), z.string().max(60).nullable()),
    statement: z.string().trim().min(1).max(2_000),
  }),
  decideCase,
);

export const pause = decision(z.object({ paused: z.enum(["yes", "no"]) }), (deps, actor, input) =>
  setPaused(deps, actor, { paused: input.paused === "yes" }),
);

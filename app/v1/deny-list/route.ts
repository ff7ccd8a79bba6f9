import { denyListAnswer } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { listDenyList } from "#lib/services/deny-list.ts";

/** Released episodes that were withdrawn, by sequence number: `?since=<seq>`. Ids and days only. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, request }) => {
  const text = new URL(request.url).searchParams.get("since") ?? "0";
  const since = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(since)) {
    throw new AppError("input_invalid", { detail: "since must be a sequence number, 0 or more." });
  }
  return { status: 200, body: denyListAnswer(await listDenyList(deps, since)) };
});

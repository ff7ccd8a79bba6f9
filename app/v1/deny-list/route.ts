import { z } from "zod";
import { denyListAnswer } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { listDenyList } from "#lib/services/deny-list.ts";

/** Released episodes that were withdrawn, by whole days after `?since=YYYY-MM-DD`; `0` or nothing: all. Ids and days only. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, request }) => {
  const since = new URL(request.url).searchParams.get("since") ?? "0";
  if (since !== "0" && !z.iso.date().safeParse(since).success) {
    throw new AppError("input_invalid", { detail: "since must be a day, YYYY-MM-DD." });
  }
  return { status: 200, body: denyListAnswer(await listDenyList(deps, since === "0" ? "" : since)) };
});

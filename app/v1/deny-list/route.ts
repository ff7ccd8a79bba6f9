import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { listDenyList } from "#lib/services/deny-list.ts";

/** Released episodes that were withdrawn, by sequence number: `?since=<seq>`. Ids and days only. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, request }) => {
  const since = Number(new URL(request.url).searchParams.get("since") ?? 0);
  if (!Number.isSafeInteger(since) || since < 0) {
    throw new AppError("input_invalid", { detail: "since must be a sequence number, 0 or more." });
  }
  return { status: 200, body: await listDenyList(deps, since) };
});

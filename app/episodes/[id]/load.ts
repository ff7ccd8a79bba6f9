import { cache } from "react";
import { reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { readEpisode } from "#lib/services/read-episode.ts";

type Found = { kind: "public" } & Awaited<ReturnType<typeof readEpisode>>;
export type LoadedEpisode = Found | { kind: "unknown" | "gone" | "withheld" };

/** The episode of a page, read once per request for the page and its head, for those who may read the instance. */
export const loadEpisode = cache(async (id: string): Promise<LoadedEpisode> => {
  await reader();
  try {
    return { kind: "public", ...(await readEpisode(await getDeps(), id)) };
  } catch (error) {
    if (isAppError(error, "not_found")) return { kind: "unknown" };
    if (isAppError(error, "gone")) return { kind: "gone" };
    if (isAppError(error, "legally_withheld")) return { kind: "withheld" };
    throw error;
  }
});

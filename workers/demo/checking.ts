import { AppError, isAppError } from "#lib/domain/errors.ts";
import { DATA_FILES } from "#lib/domain/snapshot/files.ts";
import { openReleaseFile, readRelease, type ReleaseFile } from "#lib/services/read-release.ts";
import { FIRST_VERSION, patchOfFirst } from "./releasing.ts";
import { counted, sayDetail, shortId } from "./say.ts";
import type { Stage } from "./stage.ts";
import { isWithdrawn, releasedEpisodes } from "./withdrawing.ts";

const LARGEST_FILE = 256 * 1024 * 1024;

/** Looks for the withdrawn episodes wherever they could still be: in the patched release, the first one, and their pages. */
export async function checking(stage: Stage): Promise<void> {
  const patch = await patchOfFirst(stage);
  if (!patch) throw new AppError("not_found", { detail: `the release after ${FIRST_VERSION} is missing` });
  const withdrawn = await withdrawnBefore(stage, patch.createdAt);
  const rows = await readRows(stage, patch.version);
  const release = await readRelease(stage.deps, patch.version);
  const first = await readRelease(stage.deps, FIRST_VERSION);
  demand(withdrawn.length > 0, "nothing was withdrawn before the patched release");
  demand(
    release.members === first.members - release.removedCount,
    "the members of the releases don't add up",
  );
  for (const id of withdrawn) {
    demand(!rows.some((row) => row.includes(id)), `${shortId(id)} is still in a file of ${patch.version}`);
    await demandGone(`${stage.url}/episodes/${id}`);
    sayDetail(
      `${shortId(id)} is in none of the ${counted(rows.length, "row")} of ${patch.version}; its page answers 410`,
    );
  }
  const gone = first.files.filter(({ standing }) => standing === "gone").map(({ name }: ReleaseFile) => name);
  demand(gone.length > 0, `${FIRST_VERSION} still hands out a file that holds a withdrawn episode`);
  sayDetail(`${FIRST_VERSION}: ${gone.join(", ")} answer 410, since they hold it`);
}

/** Ids of the first release's episodes that were withdrawn before a moment; what goes later is for a later release. */
async function withdrawnBefore(stage: Stage, moment: Date): Promise<string[]> {
  const ids: string[] = [];
  for (const { id } of (await releasedEpisodes(stage)).filter(isWithdrawn)) {
    const endedAt = (await stage.deps.store.episodes.byId(id))?.lifecycle.endedAt;
    if (endedAt && endedAt <= moment) ids.push(id);
  }
  return ids;
}

/** Every row of a release's data files, as whoever downloads them reads them. */
async function readRows({ deps }: Stage, version: string): Promise<string[]> {
  const rows: string[] = [];
  for (const name of DATA_FILES) {
    const file = await openReleaseFile(deps, { version, name }).catch(goneOrThrow);
    if (!file) {
      sayDetail(
        `${name} of ${version} is not served any more: something else in it was withdrawn or taken down`,
      );
      continue;
    }
    const parts: Uint8Array[] = [];
    for await (const part of deps.codec.decompressStream(file.stream, LARGEST_FILE)) parts.push(part);
    rows.push(...Buffer.concat(parts).toString("utf8").split("\n").filter(Boolean));
  }
  return rows;
}

/** A visitor may have taken down what the file holds; that closes it, and is no fault of the demo. */
function goneOrThrow(error: unknown): null {
  if (isAppError(error, "gone") || isAppError(error, "legally_withheld")) return null;
  throw error;
}

async function demandGone(url: string): Promise<void> {
  const response = await fetch(url);
  await response.body?.cancel();
  demand(response.status === 410, `${url} answers ${response.status} and not 410`);
}

function demand(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new AppError("internal", { detail: otherwise });
}

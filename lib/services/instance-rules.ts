import { LICENSES } from "#lib/domain/episode/lists.ts";
import { type Clearance, type PublishableRules, publishable } from "#lib/domain/lifecycle/publishable.ts";
import { AppError } from "#lib/domain/errors.ts";
import { CONSENT_VERSIONS } from "#lib/domain/registry.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";

/** The rules that the guard measures against, as they are now. */
export async function currentRules(store: Store): Promise<PublishableRules> {
  const { paused } = await store.instance.read();
  return { rulesVersion: RULES_VERSION, consentVersions: CONSENT_VERSIONS, licenses: LICENSES, paused };
}

/**
 * Asks the one guard about a row that the caller holds locked. `lifting` is set when the edge itself ends the open hide;
 * `rules` and `blocked` when the caller asks about many rows and has read the rules and the cases once.
 */
export async function askGuard(
  tx: Store,
  episode: Episode,
  options: { lifting?: boolean; rules?: PublishableRules; blocked?: ReadonlySet<string> } = {},
) {
  const { blocked } = options;
  const hidden = episode.lifecycle.state === "hidden" && options.lifting !== true;
  return publishable(
    {
      tombstone: episode.lifecycle.tombstone,
      openHides: hidden ? 1 : 0,
      openBlockingCases: blocked ? Number(blocked.has(episode.id)) : await tx.cases.countBlocking(episode.id),
      legalHold: episode.legalHold,
      consent: {
        publicSearchable: episode.publicSearchable,
        trainable: episode.trainable,
        version: episode.consentVersion,
      },
      license: episode.license,
      scan: episode.scan,
    },
    options.rules ?? (await currentRules(tx)),
  );
}

/** The guard's clearance, or `not_publishable` with its reasons. */
export async function demandClearance(
  tx: Store,
  episode: Episode,
  options: { lifting?: boolean } = {},
): Promise<Clearance> {
  const answer = await askGuard(tx, episode, options);
  if (answer.ok) return answer.clearance;
  throw new AppError(answer.reasons.includes("paused") ? "paused" : "not_publishable", {
    detail: `The episode may not be public: ${answer.reasons.join(", ")}.`,
  });
}

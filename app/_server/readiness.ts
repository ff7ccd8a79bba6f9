import { currentRequest, getDeps, getMetrics, isStopping } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { READINESS_PARTS } from "#lib/ports/readiness.ts";
import { createReadiness, notReady, type Readiness } from "#lib/services/readiness.ts";
import { visitor } from "./session.ts";

/** One per process, as the instance's ports: two would look twice as often. */
const KEPT = Symbol.for("trace-share.readiness");

/** How this process does: `down` from the moment it is told to end. */
export async function readinessNow(): Promise<Readiness> {
  if (isStopping()) return notReady();
  // the symbol is ours alone, so what lies there is what we put there
  const place = globalThis as { [KEPT]?: () => Promise<Readiness> };
  place[KEPT] ??= createReadiness({ deps: getDeps, now: () => performance.now() });
  const found = await place[KEPT]();
  for (const part of READINESS_PARTS)
    getMetrics().set("readiness", { part }, found.parts[part].code === "ok" ? 1 : 0);
  return found;
}

/** Codes and times are for whoever asks from this machine or a private network, and for a signed-in administrator. */
export async function maySeeDetails(): Promise<boolean> {
  if (currentRequest()?.isPrivate === true) return true;
  const actor = await visitor().then(
    (found) => found.actor,
    () => null,
  );
  return actor !== null && can(actor, "instance.manage").ok;
}

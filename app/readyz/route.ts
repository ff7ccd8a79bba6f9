import { getDeps } from "#lib/container.ts";
import type { Deps } from "#lib/ports/deps.ts";

const CHECKS = {
  database: (deps: Deps) => deps.store.ready(),
  search: (deps: Deps) => deps.search.ready(),
  objects: (deps: Deps) => deps.objects.ready(),
} as const;

/** A real query per store. Ready without search or objects is degraded, not down: only the database decides. */
export async function GET(): Promise<Response> {
  const deps = await getDeps();
  const names = Object.keys(CHECKS) as (keyof typeof CHECKS)[]; // keys of a literal
  const results = await Promise.allSettled(names.map((name) => CHECKS[name](deps)));
  const checks = Object.fromEntries(
    names.map((name, index) => [name, results[index]?.status === "fulfilled"]),
  );
  const status = checks["database"] ? (names.every((name) => checks[name]) ? "ready" : "degraded") : "down";
  return Response.json(
    { status, checks },
    { status: status === "down" ? 503 : 200, headers: { "cache-control": "no-store" } },
  );
}

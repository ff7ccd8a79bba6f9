import { maySeeDetails, readinessNow } from "#app/_server/readiness.ts";

/**
 * A real question to every store. 200 `ready` or `degraded`, 503 `down` only where this process can't serve. What is wrong with a part is
 * told with `?verbose`, and to those alone who run the instance.
 */
export async function GET(request: Request): Promise<Response> {
  const { status, parts } = await readinessNow();
  const checks = Object.fromEntries(Object.entries(parts).map(([name, { code }]) => [name, code === "ok"]));
  const isVerbose = new URL(request.url).searchParams.has("verbose") && (await maySeeDetails());
  return Response.json(
    { status, checks, ...(isVerbose ? { details: parts } : {}) },
    { status: status === "down" ? 503 : 200, headers: { "cache-control": "no-store" } },
  );
}

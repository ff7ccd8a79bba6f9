/**
 * Every address that the platform answers, with its variable parts named and not filled in: what logs and metrics may say of a
 * request. The list is closed, so no address that somebody makes up can become a line of a log or a label of a metric.
 */
export const ROUTE_TEMPLATES = [
  "/",
  "/_next/{file}",
  "/about",
  "/api/auth/{step}",
  "/episodes/{id}.{format}",
  "/episodes/{id}",
  "/healthz",
  "/icon.svg",
  "/livez",
  "/me/episodes",
  "/me/tokens",
  "/moderation",
  "/moderation/cases/{id}",
  "/moderation/episodes/{id}",
  "/readyz",
  "/registry/sources.toml",
  "/releases",
  "/releases/latest.json",
  "/releases/{version}",
  "/report/{id}",
  "/reports/{receipt}",
  "/robots.txt",
  "/sign-in",
  "/sign-in/check",
  "/transparency",
  "/v1/deny-list",
  "/v1/episodes",
  "/v1/episodes/batch",
  "/v1/episodes/complete",
  "/v1/episodes/presign",
  "/v1/episodes/{id}",
  "/v1/episodes/{id}/status",
  "/v1/index/upsert-data",
  "/v1/openapi.json",
  "/v1/releases",
  "/v1/releases/{version}",
  "/v1/releases/{version}/files/{name}",
  "/v1/revocations",
  "/v1/revocations/proofs",
  "/v1/snapshots",
  "/v1/token",
  "/v1/uploads/{capability}",
  "/v1/{unknown}",
  "/version",
] as const;
export type RouteTemplate = (typeof ROUTE_TEMPLATES)[number];

/** An address that is none of ours. */
export const OTHER_ROUTE = "other";

/** Whose parts are of any number; the rest must fit part by part. */
const TREES: readonly { below: string; template: RouteTemplate }[] = [
  { below: "/_next/", template: "/_next/{file}" },
  { below: "/api/auth/", template: "/api/auth/{step}" },
];
const API = "/v1/";

const LITERALS = ROUTE_TEMPLATES.filter((template) => !template.includes("{"));
const PATTERNS = ROUTE_TEMPLATES.filter((template) => template.includes("{")).map((template) => ({
  template,
  parts: template.split("/"),
}));

/** The template of a request's target (path and query as sent); `other` for what is no address of the platform. */
export function routeTemplate(target: string): RouteTemplate | typeof OTHER_ROUTE {
  const path = pathOf(target);
  const literal = LITERALS.find((template) => template === path);
  if (literal !== undefined) return literal;
  const tree = TREES.find(({ below }) => path.startsWith(below));
  if (tree) return tree.template;
  const parts = path.split("/");
  const found = PATTERNS.find((pattern) => fits(pattern.parts, parts));
  if (found) return found.template;
  return path.startsWith(API) ? "/v1/{unknown}" : OTHER_ROUTE;
}

/** Without query and without one slash at the end, which Next redirects to the same page. */
function pathOf(target: string): string {
  const path = /^[^?#]*/.exec(target)?.[0] ?? "";
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length && pattern.every((wanted, index) => fitsPart(wanted, parts[index] ?? ""))
  );
}

function fitsPart(wanted: string, part: string): boolean {
  if (wanted === "{id}.{format}") return /\.(json|jsonl|md)$/.test(part);
  return wanted.startsWith("{") ? part !== "" : wanted === part;
}

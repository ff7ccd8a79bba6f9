import { getConfig } from "#lib/container.ts";
import { isPrivate } from "./access.ts";

/** An answer of the API is data: nothing of it may run, be framed or be taken for another type. */
const FIXED: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * The headers that proxy.ts gives every other answer. The API does without the proxy: Next reads a body to its end before a
 * proxy runs, so a body without an end would never be refused.
 */
export function withApiHeaders(request: Request, response: Response): Response {
  if (!new URL(request.url).pathname.startsWith("/v1/")) return response;
  for (const [name, value] of Object.entries(FIXED)) response.headers.set(name, value);
  if (isPrivate()) response.headers.set("x-robots-tag", "noindex, nofollow");
  if (getConfig().publicUrl.startsWith("https:"))
    response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  return response;
}

import { type NextRequest, NextResponse } from "next/server";
import { authAdapter, getConfig, getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { sessionActor } from "#lib/services/accounts.ts";
import { readVisibility } from "#lib/services/read-episode.ts";

/** Pages can't set their own status, so it is set here; the page itself decides what it shows. */
const STATUS = { public: 200, unknown: 404, gone: 410, legally_withheld: 451 } as const;

/**
 * Response headers of every answer, and nothing that authorises. For an episode's pages it also looks up the status to send
 * (permanence.md 8): the page passes the same gate again, so a look-up that is skipped or late shows nothing. On a private
 * instance the status of what is there is told to its people alone: everybody else gets what the page says, 401 or 403.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = contentPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const status = await episodeStatus(request);
  const response = NextResponse.next({ request: { headers }, ...(status ? { status } : {}) });
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(FIXED)) response.headers.set(name, value);
  if (getConfig().instanceAccess === "private") response.headers.set("x-robots-tag", "noindex, nofollow");
  if (getConfig().publicUrl.startsWith("https:"))
    response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  return response;
}

/** Not the API: Next reads a whole body before a proxy runs, and API routes must cut one off (app/_server/api-headers.ts). */
export const config = { matcher: "/((?!_next/static/|v1/).*)" };

const FIXED = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()",
};

/** Nothing but our own origin; scripts and styles by nonce alone. The development server needs eval and a socket. */
function contentPolicy(nonce: string): string {
  const dev = process.env.NODE_ENV === "development";
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${dev ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** An episode's other forms are routes, which set a status of their own (next.config.ts). */
const OTHER_FORM = /^\/episodes\/[^/.]+\.(json|jsonl|md)$/;

async function episodeStatus(request: NextRequest): Promise<number | null> {
  const path = request.nextUrl.pathname;
  const id = OTHER_FORM.test(path) ? null : /^\/(?:episodes|report)\/([^/]+)\/?$/.exec(path)?.[1];
  if (!id || !(await isTold(request))) return null;
  return STATUS[await readVisibility(await getDeps(), decoded(id))];
}

async function isTold({ cookies }: NextRequest): Promise<boolean> {
  if (getConfig().instanceAccess === "public") return true;
  const token = cookies.get("__Secure-next-auth.session-token") ?? cookies.get("next-auth.session-token");
  if (!token) return false;
  const found = await (await authAdapter()).getSessionAndUser?.(token.value);
  if (!found || found.session.expires <= new Date()) return false;
  return can(await sessionActor(await getDeps(), found.user.id), "instance.read").ok;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

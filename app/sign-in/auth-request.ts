/**
 * One request to the sign-in routes from the browser: fetches the token against forged requests, posts the form, and goes
 * where the answer says. Written out because the library's own client would ride along on every page.
 */
export async function authRequest(
  path: "signin/email" | "signin/github" | "signout",
  fields: Record<string, string>,
): Promise<void> {
  const { csrfToken } = await readStrings(await fetch("/api/auth/csrf"));
  const answer = await fetch(`/api/auth/${path}`, {
    method: "POST",
    body: new URLSearchParams({ ...fields, csrfToken: csrfToken ?? "", json: "true" }),
  });
  if (answer.status === 429 || answer.status === 503) return location.assign("/sign-in?error=TooMany");
  const { url } = await readStrings(answer);
  location.assign(url ?? "/sign-in?error=Default");
}

async function readStrings(response: Response): Promise<Record<string, string | undefined>> {
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === "string"));
}

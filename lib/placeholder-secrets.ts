/** Secrets that a template or a default left behind: whoever has read the same page knows them. */
const WORDS = new Set([
  "admin",
  "default",
  "minioadmin",
  "none",
  "null",
  "password",
  "postgres",
  "root",
  "secret",
  "test",
  "traceshare",
  "undefined",
]);
const BEGINNINGS =
  /^(?:change|replace|insert)(?:me|this|it|with|your|here|before)|^(?:your|my)(?:secret|password|token|key)|^(?:placeholder|example|insecure|xxxxxx|supersecret)/;

/** True for a secret that is no secret: a placeholder, a vendor's default, or something in angle or curly brackets. */
export function isPlaceholder(secret: string): boolean {
  if (/^<.*>$|^\$?\{.*\}$/.test(secret.trim())) return true;
  const plain = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
  return plain === "" || WORDS.has(plain) || BEGINNINGS.test(plain);
}

/** Each secret with the address of the service that it opens, or none where nobody but us checks it. */
const OPENS: readonly (readonly [secret: string, address: string | undefined])[] = [
  ["DATABASE_PASSWORD", "DATABASE_URL"],
  ["DATABASE_WEB_PASSWORD", undefined],
  ["DATABASE_WORKER_PASSWORD", undefined],
  ["DATABASE_READONLY_PASSWORD", undefined],
  ["MEILI_API_KEY", "MEILI_URL"],
  ["MEILI_MASTER_KEY", "MEILI_URL"],
  ["S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"],
  ["UPSTASH_REDIS_REST_TOKEN", "UPSTASH_REDIS_REST_URL"],
  ["GITHUB_SECRET", undefined],
  ["NEXTAUTH_SECRET", undefined],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * One line for each secret that was never chosen. A service on this machine's own loopback address may keep the password of its
 * manual: that is how people try things out, and nobody else reaches it.
 */
export function looksUnset(env: Environment): string[] {
  const lines = OPENS.filter(([name, address]) => {
    const secret = env[name];
    return secret ? isPlaceholder(secret) && !isLoopback(address && env[address]) : false;
  }).map(([name]) => name);
  const address = env["DATABASE_URL"];
  const password = URL.parse(address ?? "")?.password;
  if (password && isPlaceholder(password) && !isLoopback(address)) lines.push("DATABASE_URL");
  return lines.map((name) => `${name} holds a placeholder or a known default: make a secret of your own.`);
}

function isLoopback(address: string | undefined): boolean {
  const host = URL.parse(address ?? "")?.hostname ?? "";
  return host === "localhost" || host === "[::1]" || /^127(?:\.[0-9]+){3}$/.test(host);
}

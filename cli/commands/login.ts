import type { TokenAnswer } from "#lib/domain/wire/messages.ts";
import { createApiClient, TOKEN_SCOPES } from "#cli/io/api-client.ts";
import { loadCredentials, removeCredentials, storeCredentials } from "#cli/io/credentials.ts";
import { CliFailure, EXIT, type ExitCode, usageFailure } from "#cli/io/failure.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import {
  platformUrl,
  requireToken,
  readHomes,
  readSettings,
  type Settings,
  serverUrl,
} from "#cli/io/settings.ts";
import { advise, type Io, note, say, sayJson } from "#cli/io/terminal.ts";
import { shownPath } from "#cli/run/file-names.ts";

export type LoginOptions = { platform?: string; tokenStdin?: boolean; json?: boolean };

/** Takes a token, asks the platform whether it is one, and only then keeps it, readable by its owner alone. */
export async function login(io: Io, options: LoginOptions): Promise<ExitCode> {
  const before = readSettings(io);
  const settings = withPlatform(before, options.platform);
  const platform =
    options.platform === undefined
      ? platformUrl(settings)
      : serverUrl(options.platform, "--platform", settings);
  const token = await askToken(io, { platform, fromStdin: options.tokenStdin === true });
  const facts = await checked(io, { ...settings, worker: { ...settings.worker, apiToken: token } });
  const kept = loadCredentials(settings.home, io.platform);
  storeCredentials(settings.home, { platform, tokens: { ...kept.tokens, [platform]: token } });
  const nextSteps = ["trace-share run --dry-run --review"];
  const isOverruled = before.worker.tokenFrom === "environment";
  if (isOverruled)
    note(io, "TRACE_SHARE_WORKER_API_TOKEN is set and goes before the token that was kept now.");
  if (options.json) sayJson(io, { ok: true, platform, ...facts, next_steps: nextSteps });
  else {
    say(io, `logged in to ${platform}`);
    for (const line of tokenLines(facts)) say(io, line);
    advise(io, nextSteps);
  }
  return EXIT.ok;
}

/** Forgets the kept token of the platform that is set, or of all. It stays good on the platform until it is ended there. */
export function logout(io: Io, options: { all?: boolean; json?: boolean }): ExitCode {
  const { home, forgotten } = options.all ? forgetAll(io) : forgetOne(io);
  const nextSteps = forgotten
    ? ["end the token on the platform's page /me/tokens if nothing else uses it"]
    : [];
  if (options.json) sayJson(io, { ok: true, forgotten, next_steps: nextSteps });
  else say(io, forgotten ? `token removed from ${shownPath(home)}` : "no token was kept");
  if (io.env["TRACE_SHARE_WORKER_API_TOKEN"]) note(io, "TRACE_SHARE_WORKER_API_TOKEN is still set.");
  if (!options.json) advise(io, nextSteps);
  return EXIT.ok;
}

/** Asks the platform who the token in use is. */
export async function whoami(io: Io, options: { json?: boolean }): Promise<ExitCode> {
  const settings = readSettings(io);
  const platform = platformUrl(settings);
  requireToken(settings, platform);
  const facts = await checked(io, settings);
  const from = settings.worker.tokenFrom;
  if (options.json) sayJson(io, { ok: true, platform, token_from: from, ...facts, next_steps: [] });
  else {
    say(io, `platform: ${platform}`);
    for (const line of tokenLines(facts)) say(io, line);
    say(io, `token_from: ${from}`);
  }
  return EXIT.ok;
}

function withPlatform(settings: Settings, baseUrl: string | undefined): Settings {
  return baseUrl === undefined ? settings : { ...settings, worker: { ...settings.worker, baseUrl } };
}

async function askToken(io: Io, how: { platform: string; fromStdin: boolean }): Promise<string> {
  if (!how.fromStdin && !io.interactive) {
    throw usageFailure(
      "token_not_typed",
      "The token is asked for on a terminal. In a script, hand it over on standard input.",
      ["trace-share login --token-stdin < file-with-the-token"],
    );
  }
  if (!how.fromStdin)
    note(io, `Make a token with the scopes ${TOKEN_SCOPES} on ${how.platform}/me/tokens and paste it here.`);
  const typed = how.fromStdin ? await io.stdin() : await io.askSecret("Token (it is not shown)");
  if (!typed?.trim()) throw new CliFailure("token_invalid", "No token was given. Nothing was kept.");
  const token = typed.trim();
  // what the platform's own reader takes after `Bearer`
  if (/^[\x21-\x7e]{1,200}$/.test(token)) return token;
  throw new CliFailure("token_invalid", "That is no token: it must be one word. Nothing was kept.");
}

async function checked(io: Io, settings: Settings): Promise<TokenAnswer> {
  const answer = await createApiClient(settings, io).token();
  if (answer.ok) return answer.value;
  const { status, code } = answer.refusal;
  throw new CliFailure("token_unchecked", `The platform can't say who the token is (${status} ${code}).`, {
    nextSteps: ["set TRACE_SHARE_WORKER_API_TOKEN=… for a platform that does not know this call"],
  });
}

function tokenLines({ account, name, scopes, shared, expires_at }: TokenAnswer): string[] {
  return [
    `account: ${account}`,
    `token: ${safeLine(name)}${shared ? " (shared: its uploads are always reviewed)" : ""}`,
    `scopes: ${safeLine(scopes.join(" "))}`,
    `expires_at: ${expires_at}`,
  ];
}

/** Also the way out of a file that can't be read. */
function forgetAll(io: Io): { home: string; forgotten: boolean } {
  const { home } = readHomes(io);
  return { home, forgotten: removeCredentials(home) };
}

function forgetOne(io: Io): { home: string; forgotten: boolean } {
  const settings = readSettings(io);
  const platform = platformUrl(settings);
  const { tokens, platform: last } = loadCredentials(settings.home, io.platform);
  const forgotten = Object.hasOwn(tokens, platform);
  const rest = Object.fromEntries(Object.entries(tokens).filter(([name]) => name !== platform));
  if (forgotten) storeCredentials(settings.home, { ...(last ? { platform: last } : {}), tokens: rest });
  return { home: settings.home, forgotten };
}

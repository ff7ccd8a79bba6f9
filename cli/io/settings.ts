import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { type CliConfig, readCliConfig } from "#lib/domain/client/config-file.ts";
import type { Credentials } from "#lib/domain/client/credentials-file.ts";
import { loadCredentials } from "./credentials.ts";
import { CliFailure, systemCode, usageFailure } from "./failure.ts";
import type { Io } from "./terminal.ts";
import { shownPath } from "#cli/run/file-names.ts";

/** Where the contributor's own things are. The names of the variables are the older tool's. */
export type Settings = {
  /** Folder of the program's state, default `~/.trace-share`. */
  home: string;
  /** The user's home folder, in which the agents keep their sessions. */
  userHome: string;
  worker: {
    baseUrl: string | undefined;
    apiToken: string | undefined;
    /** Where the token comes from: the environment wins over `login`, which wins over config.toml. */
    tokenFrom: "environment" | "login" | "config" | "none";
    timeoutMs: number;
    /** `legacy`: to the platform itself. `presigned`: to where it says. `auto`: the second where the platform can, else the first. */
    uploadMode: UploadMode;
  };
  /** Every token that is kept on this machine, of all platforms: none of them may stand in what is shared. */
  ownTokens: readonly string[];
  allowInsecureHttp: boolean;
  /** Nothing is sent that was not accepted in the review, as if `--only-accepted` were always said. */
  onlyAccepted: boolean;
  /** Files of the contributor's own sources, in order. `named` is one that a setting names, so it must be there. */
  sourcesFiles: readonly { path: string; named: boolean }[];
  remoteRegistry: {
    enabled: boolean;
    url: string | undefined;
    ttlHours: number;
    acceptedDigest: string | undefined;
  };
};

export type UploadMode = "legacy" | "presigned" | "auto";

const DEFAULT_TIMEOUT_SECONDS = 30;
const LEAST_TIMEOUT_SECONDS = 5;
const DEFAULT_TTL_HOURS = 24;

/** Reads `config.toml`, what `login` kept, and the environment, which wins. An empty variable counts as unset. */
export function readSettings(io: Io): Settings {
  const get = (name: string) => io.env[name] || undefined;
  const { userHome, home } = readHomes(io);
  const configPath = absolute(get("TRACE_SHARE_CONFIG"), io) ?? join(home, "config.toml");
  const file = readConfig(configPath, get("TRACE_SHARE_CONFIG") !== undefined);
  const kept = loadCredentials(home, io.platform);
  const seconds = file.worker.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    home,
    userHome,
    worker: {
      ...workerOf({ kept, file: file.worker, get }),
      timeoutMs: Math.max(LEAST_TIMEOUT_SECONDS, seconds) * 1_000,
      uploadMode: uploadMode(get("TRACE_SHARE_WORKER_UPLOAD_MODE") ?? file.worker.upload_mode),
    },
    ownTokens: [
      ...Object.values(kept.tokens),
      ...[get("TRACE_SHARE_WORKER_API_TOKEN"), file.worker.api_token].filter((token) => token !== undefined),
    ],
    allowInsecureHttp: get("TRACE_SHARE_ALLOW_INSECURE_HTTP") === "1",
    onlyAccepted: file.review?.only_accepted === true,
    sourcesFiles: sourcesFiles(home, absolute(get("TRACE_SHARE_SOURCES_PATH") ?? file.sources_path, io)),
    remoteRegistry: remoteRegistry(file, get),
  };
}

function uploadMode(given: string | undefined): UploadMode {
  if (given === undefined) return "legacy";
  if (given === "legacy" || given === "presigned" || given === "auto") return given;
  throw usageFailure(
    "upload_mode_invalid",
    "TRACE_SHARE_WORKER_UPLOAD_MODE (upload_mode in config.toml) is none of legacy, presigned and auto.",
  );
}

function sourcesFiles(home: string, named: string | undefined): Settings["sourcesFiles"] {
  const usual = join(home, "sources.toml");
  if (named === undefined || named === usual) return [{ path: usual, named: false }];
  return [
    { path: usual, named: false },
    { path: named, named: true },
  ];
}

/** Off unless it is switched on: nothing is asked of anybody's server by itself. */
function remoteRegistry(
  { remote_registry: file }: CliConfig,
  get: (name: string) => string | undefined,
): Settings["remoteRegistry"] {
  const enabled = get("TRACE_SHARE_REMOTE_REGISTRY_ENABLED");
  return {
    enabled: enabled === undefined ? file.enabled === true : /^(?:1|true|yes|on)$/i.test(enabled),
    url: get("TRACE_SHARE_REMOTE_REGISTRY_URL") ?? file.url,
    ttlHours: file.cache_ttl_hours ?? DEFAULT_TTL_HOURS,
    acceptedDigest: file.last_accepted_digest,
  };
}

/** The user's home and the program's own folder, which need no file to be read. */
export function readHomes(io: Io): Pick<Settings, "home" | "userHome"> {
  const userHome = io.env["HOME"] || io.env["USERPROFILE"] || homedir();
  const home = absolute(io.env["TRACE_SHARE_HOME"] || undefined, io) ?? join(userHome, ".trace-share");
  return { userHome, home };
}

/**
 * A token of `login` is for the platform that it was checked against, one of config.toml for the address that stands beside it:
 * neither goes to another that the environment names.
 */
function workerOf({
  kept,
  file,
  get,
}: {
  kept: Credentials;
  file: CliConfig["worker"];
  get: (name: string) => string | undefined;
}): Pick<Settings["worker"], "baseUrl" | "apiToken" | "tokenFrom"> {
  const baseUrl = get("TRACE_SHARE_WORKER_BASE_URL") ?? file.base_url ?? kept.platform;
  const fromEnvironment = get("TRACE_SHARE_WORKER_API_TOKEN");
  if (fromEnvironment) return { baseUrl, apiToken: fromEnvironment, tokenFrom: "environment" };
  const fromLogin = baseUrl === undefined ? undefined : kept.tokens[plainUrl(baseUrl)];
  if (fromLogin) return { baseUrl, apiToken: fromLogin, tokenFrom: "login" };
  const isElsewhere =
    baseUrl !== undefined && file.base_url !== undefined && plainUrl(baseUrl) !== plainUrl(file.base_url);
  const fromConfig = isElsewhere ? undefined : file.api_token;
  return { baseUrl, apiToken: fromConfig, tokenFrom: fromConfig ? "config" : "none" };
}

/** An address as `platformUrl` writes it; one that is no address stays as it is, and matches nothing. */
function plainUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return url ? `${url.origin}${url.pathname.replace(/\/+$/, "")}` : baseUrl;
}

/** The platform to talk to: its origin and path without a trailing slash, checked to be safe for a token. */
export function platformUrl(settings: Settings): string {
  const { baseUrl } = settings.worker;
  if (!baseUrl) {
    throw usageFailure("platform_unset", "No platform is set: trace-share does not know where to send to.", [
      "trace-share login --platform https://… (or set TRACE_SHARE_WORKER_BASE_URL=https://…)",
    ]);
  }
  return serverUrl(baseUrl, "TRACE_SHARE_WORKER_BASE_URL (base_url in config.toml)", settings);
}

/** An address of a server, without a trailing slash, checked to be safe. `setting` is where it was read, for the message. */
export function serverUrl(
  address: string,
  setting: string,
  { allowInsecureHttp }: Pick<Settings, "allowInsecureHttp">,
): string {
  const url = URL.parse(address);
  if (
    !url ||
    (url.protocol !== "https:" && url.protocol !== "http:") ||
    url.username ||
    url.search ||
    url.hash
  ) {
    throw usageFailure(
      "platform_invalid",
      `${setting} is not an http or https address without user, query and fragment.`,
    );
  }
  if (url.protocol === "http:" && !allowInsecureHttp) {
    throw usageFailure(
      "insecure_http",
      "The platform's address starts with http://, so the token and the episodes would travel unencrypted; this is refused, also on this machine.",
      [
        "use an https:// address, or set TRACE_SHARE_ALLOW_INSECURE_HTTP=1 for a platform on your own machine or network",
      ],
    );
  }
  return plainUrl(address);
}

/** Refuses to go on towards a platform for which there is no token: better before a long reading than behind it. */
export function requireToken(settings: Settings, platform: string): void {
  if (settings.worker.apiToken) return;
  throw new CliFailure("token_missing", `There is no token for ${platform}.`, {
    nextSteps: ["trace-share login"],
  });
}

/** The platform's address if one is set and usable, else undefined: for commands that can do without. */
export function optionalPlatformUrl(settings: Settings): string | undefined {
  return settings.worker.baseUrl === undefined ? undefined : platformUrl(settings);
}

/** The platform's name for keys that are made for it alone; undefined if none is set. Checks nothing: nothing is sent there. */
export function platformName(settings: Settings): string | undefined {
  return settings.worker.baseUrl === undefined ? undefined : plainUrl(settings.worker.baseUrl);
}

function readConfig(path: string, mustExist: boolean) {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || mustExist) {
      throw usageFailure("config_unreadable", `The configuration file ${shownPath(path)} can't be read.`);
    }
  }
  const parsed = readCliConfig(text);
  if (parsed.ok) return parsed.config;
  throw usageFailure(
    "config_invalid",
    `The configuration file ${shownPath(path)} is wrong at: ${parsed.at.join(", ")}.`,
  );
}

function absolute(path: string | undefined, io: Io): string | undefined {
  if (path === undefined) return undefined;
  return isAbsolute(path) ? path : resolve(io.cwd, path);
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { loadConfig } from "#lib/config.ts";
import { searchKeyOf } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";
import { composeSecrets } from "./compose-secrets.ts";
import { checkSecretFolder, fillSecretFolder } from "./secret-folder.ts";
import { say } from "./with-deps.ts";

type Options = { dir: string; publicUrl: string; name: string; force: boolean; check: boolean };

const SECRETS = composeSecrets(searchKeyOf);

/** `setup`: the secrets and the settings file of docker-compose.yml. It prints names, never a value. */
export function setupCommand(program: Command): void {
  program
    .command("setup")
    .description("make the secrets and the .env of docker-compose.yml; what is there is kept")
    .option(
      "--dir <folder>",
      "folder of the secrets; the compose file looks in ./secrets beside it",
      "./secrets",
    )
    .option("--public-url <url>", "address under which visitors reach the instance", "http://127.0.0.1:3000")
    .option("--name <name>", "name on the pages", "trace-share")
    .option(
      "--force",
      "make every secret anew and move the old ones aside: running services lose theirs",
      false,
    )
    .option("--check", "change nothing; say what is missing, empty, a default, or open to others", false)
    .action((options: Options) => (options.check ? check(options) : setUp(options)));
}

/** `npm run admin` starts in the project's folder; npm says where the person is, and paths are meant from there. */
function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? "", path);
}

function setUp({ dir, publicUrl, name, force }: Options): void {
  // refuses what web and worker would refuse
  const { publicUrl: origin, instanceName } = loadConfig({ PUBLIC_URL: publicUrl, INSTANCE_NAME: name });
  const folder = fromCaller(dir);
  const stamp = new Date().toISOString().replace(/[^0-9TZ]/g, "");
  const aside = force && existsSync(folder) ? join(folder, `replaced-${stamp}`) : undefined;
  for (const { name: file, outcome } of fillSecretFolder(folder, SECRETS, { replace: aside })) {
    say(`${outcome}  ${join(basename(folder), file)}`);
  }
  const settings = join(dirname(folder), ".env");
  if (existsSync(settings)) say(`kept  ${basename(settings)}: it is yours, look whether PUBLIC_URL is right`);
  else {
    writeFileSync(settings, settingsFile(origin, instanceName), {
      mode: 0o644,
    });
    say(`made  ${basename(settings)}`);
  }
  if (aside)
    say(`The old files are in ${join(basename(folder), basename(aside))}. Delete them when everything runs.`);
  for (const line of NEXT) say(line);
}

/** Nothing secret: people show this file to each other. */
function settingsFile(origin: string, instanceName: string): string {
  // within double quotes Compose fills in variables and knows escapes
  const quoted = `"${instanceName.replace(/["\\$]/g, "\\$&")}"`;
  return [
    "# Settings of docker-compose.yml, made by `npm run admin -- setup`. Secrets are files beside it, none is here.",
    `PUBLIC_URL=${origin}`,
    `INSTANCE_NAME=${quoted}`,
    "# review_all, trusted or auto (docs/GOVERNANCE.md)",
    "RELEASE_POLICY=trusted",
    "LOG_LEVEL=info",
    "# with the secret in github_secret",
    "GITHUB_ID=",
    "",
  ].join("\n");
}

const NEXT = [
  "Next:",
  "  keep a copy of this folder away from this machine: without signing_key contributors can't check receipts",
  "  docker compose up --detach --wait",
  "  docker compose run --rm migrate workers/admin.ts user create you@example.org --role admin",
  "  docker compose run --rm migrate workers/admin.ts sign-in-link you@example.org",
];

function check({ dir }: Options): void {
  const folder = fromCaller(dir);
  const lines = [...checkSecretFolder(folder, SECRETS), ...settingsFaults(folder)];
  if (lines.length > 0) throw new AppError("configuration_invalid", { detail: lines.join("\n") });
  say(`${SECRETS.length} secrets are in order`);
}

function settingsFaults(folder: string): string[] {
  const path = join(dirname(folder), ".env");
  if (!existsSync(path)) return [".env is missing: run `npm run admin -- setup`."];
  const text = readFileSync(path, "utf8");
  const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
  const faults = /^PUBLIC_URL=\S/m.test(text) ? [] : [".env has no PUBLIC_URL."];
  const github = join(folder, "github_secret");
  const hasSecret = existsSync(github) && readFileSync(github, "utf8").trim() !== "";
  if (valueOf("GITHUB_ID") !== "" && !hasSecret)
    faults.push("GITHUB_ID is set in .env and github_secret is empty.");
  return faults;
}

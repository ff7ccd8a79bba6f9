import { type Command, InvalidArgumentError } from "commander";
import { type Config, loadConfig } from "#lib/config.ts";
import { signingKeyPath } from "#lib/container.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { endAllSessions } from "#lib/services/end-sessions.ts";
import { noteUpkeep } from "#lib/services/note-upkeep.ts";
import { replaceSecret } from "#workers/data-folder.ts";
import { rotateDatabasePassword } from "#workers/embedded-postgres/rotate-password.ts";
import { rotateSigningKey } from "#workers/signing-key.ts";
import { type Operator, say, withDeps } from "./with-deps.ts";

/** What this command replaces. */
const ROTATED = {
  "sign-in": rotateSignIn,
  "signing-key": rotateSigning,
  "database-password": rotatePassword,
} as const;

/** What others have made: the steps. */
const ELSEWHERE = {
  "bucket-key": [
    "make a second key with the same rights at the object store",
    "set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (or their files) to it, and start trace-share again",
    "run `npm run admin -- doctor`, then delete the first key at the store",
  ],
  "meilisearch-keys": [
    "give Meilisearch another MEILI_MASTER_KEY and start it again: every scoped key changes with it",
    "run `npm run admin -- search-keys`, which writes the new ones, and start trace-share again",
  ],
  "redis-token": [
    "make another token at Upstash, or give the bridge another one",
    "set UPSTASH_REDIS_REST_TOKEN to it and start trace-share again; until then the database counts the limits",
  ],
  "github-secret": [
    "make a second client secret for the OAuth app at GitHub",
    "set GITHUB_SECRET to it, start trace-share again, then delete the first one at GitHub",
  ],
} as const;

type Name = keyof typeof ROTATED | keyof typeof ELSEWHERE;
const NAMES = [...Object.keys(ROTATED), ...Object.keys(ELSEWHERE)] as Name[]; // keys of the two literals

/** `rotate-secret`: other secrets in the place of those of the instance. */
export function rotateCommands(program: Command): void {
  program
    .command("rotate-secret")
    .description("replace a secret of the instance, or say how it is replaced where it was made")
    .argument("<name>", NAMES.join(", "), nameOf)
    .addHelpText(
      "after",
      "\nExample: npm run admin -- rotate-secret signing-key\nTokens of people have no common secret: each is stored as a digest of itself, and is ended on its own.",
    )
    .action((name: Name) => rotate(name));
}

function nameOf(text: string): Name {
  const name = NAMES.find((known) => known === text);
  if (!name) throw new InvalidArgumentError(`Names are: ${NAMES.join(", ")}.`);
  return name;
}

async function rotate(name: Name): Promise<void> {
  if (!(name in ELSEWHERE)) return ROTATED[name as keyof typeof ROTATED](); // it is in one of the two
  const steps = ELSEWHERE[name as keyof typeof ELSEWHERE];
  throw new AppError("configuration_invalid", {
    detail: [
      `${name} was made elsewhere and is replaced there:`,
      ...steps.map((step, n) => `${n + 1}. ${step}`),
    ].join("\n"),
  });
}

/** Sessions end whether or not the secret is ours: that is what a leaked one asks for first. */
async function rotateSignIn(): Promise<void> {
  const { authSecret } = loadConfig(process.env);
  await withDeps(async ({ deps, config }) => {
    if (authSecret === undefined) replaceSecret(config.dataDir, "session-secret");
    const people = await endAllSessions(deps, OPERATOR);
    await noteUpkeep(deps, OPERATOR, { action: "secret.rotate.sign-in" });
    say(`ended: the sessions of ${people} people, and every sign-in link that was open`);
  });
  if (authSecret !== undefined) {
    throw new AppError("configuration_invalid", {
      detail:
        "NEXTAUTH_SECRET is a setting of yours and stays as it is: set it to 32 other random characters (`openssl rand -hex 32`) and start trace-share again.",
    });
  }
  say("the secret is replaced; start trace-share again, it works with the old one until then");
}

async function rotateSigning(): Promise<void> {
  await withDeps(async ({ deps, config }: Operator) => {
    const { before, now } = rotateSigningKey(signingKeyPath(config), deps.clock.now());
    await noteUpkeep(deps, OPERATOR, { action: "secret.rotate.signing-key" });
    say(`the key ${before} signs no more; /version keeps showing it, so what it signed still verifies`);
    say("contributors who have accepted the registry are asked to look at the new key once");
    say(now);
  });
}

async function rotatePassword(): Promise<void> {
  const { databaseUrl, dataDir }: Config = loadConfig(process.env);
  if (databaseUrl !== undefined) {
    throw new AppError("configuration_invalid", {
      detail:
        "DATABASE_URL names a database of your own: change the password there (`alter role … password …`), then in DATABASE_URL, and start trace-share again.",
    });
  }
  await rotateDatabasePassword(dataDir);
  say("the embedded database has another password; trace-share can be started");
}

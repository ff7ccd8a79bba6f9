import { expect, test } from "vitest";
import { nextSettings } from "#app/_server/next-settings.ts";
import { loadConfig } from "#lib/config.ts";
import { searchKeyOf } from "#lib/container.ts";
import { SECRETS, SETTINGS } from "#lib/settings.ts";
import { composeSecrets } from "#workers/operator/compose-secrets.ts";
import { platformEnvironment } from "#workers/platform-environment.ts";
import { readCompose } from "./compose-file.ts";

const compose = readCompose();
/** What Node and next-auth read by themselves. */
const OTHERS = new Set(["NEXTAUTH_URL", "TMPDIR"]);

test("every setting that the compose file gives to our programs is one of theirs", () => {
  const known = new Set<string>([
    ...Object.keys(SETTINGS),
    ...SECRETS.map((name) => `${name}_FILE`),
    ...OTHERS,
  ]);
  const unknown = Object.entries(compose.services)
    .filter(([, { build }]) => build?.target === "web" || build?.target === "worker")
    .flatMap(([name, { environment }]) => Object.keys(environment).map((setting) => ({ name, setting })))
    .filter(({ setting }) => !known.has(setting));
  expect(unknown).toEqual([]);
});

test("every secret that the compose file mounts is one that `setup` makes, and the other way round", () => {
  const made = composeSecrets(searchKeyOf).map(({ name }) => name);
  expect(Object.keys(compose.secrets).toSorted()).toEqual(made.toSorted());
});

test("a web process alone tells Next and next-auth what the supervisor would have told them", async () => {
  const authSecret = "s".repeat(32);
  const config = loadConfig({ PUBLIC_URL: "https://traces.example.org", NEXTAUTH_SECRET: authSecret });
  const decided = { ...config, authSecret, databaseUrl: "postgres://user@127.0.0.1:5432/name" };
  const alone = await nextSettings(config);
  expect(platformEnvironment(decided)).toMatchObject(alone);
  expect(Buffer.from(alone["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] ?? "", "base64")).toHaveLength(32);
});

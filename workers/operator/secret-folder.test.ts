import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { searchKeyOf } from "#lib/container.ts";
import { composeSecrets } from "./compose-secrets.ts";
import { checkSecretFolder, fillSecretFolder } from "./secret-folder.ts";

const SECRETS = composeSecrets(searchKeyOf);
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "secret-folder-")), "secrets");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), "utf8");
const put = (name: string, content: string) => {
  rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(join(folder, name), content);
};
const outcomes = (options = {}) =>
  Object.groupBy(fillSecretFolder(folder, SECRETS, options), ({ outcome }) => outcome);

describe("a folder of secrets", () => {
  test("gets every secret, unlike each other, in files of a folder that nobody else enters", () => {
    expect(Object.keys(outcomes())).toEqual(["made"]);
    expect(checkSecretFolder(folder, SECRETS)).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(SECRETS.map(({ name }) => name).toSorted());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const { name } of SECRETS) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o444);
    const random = SECRETS.filter(({ kind }) => kind === "random").map(({ name }) => read(name));
    expect(new Set(random).size).toBe(random.length);
    for (const secret of random) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  });

  test("keeps what is there, and makes what is missing", () => {
    outcomes();
    const before = read("auth_secret");
    rmSync(join(folder, "db_web_password"));
    expect(outcomes()["made"]).toEqual([{ name: "db_web_password", outcome: "made" }]);
    expect(read("auth_secret")).toBe(before);
  });

  test("follows a secret that was changed by hand", () => {
    outcomes();
    put("meili_master_key", "another-master-key-of-this-test-00");
    expect(checkSecretFolder(folder, SECRETS)).toHaveLength(3);
    const replaced = outcomes()["replaced"]?.map(({ name }) => name);
    expect(replaced).toEqual(["meilisearch.toml", "meili_search_key", "meili_writer_key"]);
    expect(read("meilisearch.toml")).toBe('master_key = "another-master-key-of-this-test-00"\n');
    expect(checkSecretFolder(folder, SECRETS)).toEqual([]);
  });

  test("is made anew only when told to, and then the old files are kept aside", () => {
    outcomes();
    put("github_secret", "given-by-github");
    const before = read("signing_key");
    const aside = join(folder, "replaced-now");
    expect(outcomes({ replace: aside })["kept"]).toEqual([
      { name: "signing_key.earlier", outcome: "kept" },
      { name: "github_secret", outcome: "kept" },
    ]);
    expect(read("signing_key")).not.toBe(before);
    expect(readFileSync(join(aside, "signing_key"), "utf8")).toBe(before);
    expect(checkSecretFolder(folder, SECRETS)).toEqual([]);
  });

  test.each([
    ["", "is empty."],
    ["changeme".repeat(5), "placeholder"],
    ["short-but-random", "shorter than 32"],
    [`${"x9".repeat(20)}\n${"y8".repeat(20)}`, "several lines"],
  ])("is not in order with a password like %j", (content, said) => {
    outcomes();
    put("db_web_password", content);
    const lines = checkSecretFolder(folder, SECRETS);
    expect(lines).toEqual([expect.stringContaining(said)]);
    if (content) expect(lines.join()).not.toContain(content);
  });

  test("is not in order when it is missing, open to others, or holds what Docker made", () => {
    expect(checkSecretFolder(folder, SECRETS)).toHaveLength(1);
    outcomes();
    chmodSync(folder, 0o755);
    put("signing_key", "no key");
    rmSync(join(folder, "auth_secret"));
    const lines = checkSecretFolder(folder, SECRETS);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["The", "auth_secret", "signing_key"]);
    mkdirSync(join(folder, "auth_secret"));
    expect(() => checkSecretFolder(folder, SECRETS)).toThrow(/Docker makes one/);
    expect(() => outcomes()).toThrow(/Docker makes one/);
  });
});

test("the object store lets web read, add to two folders, and delete nothing", () => {
  outcomes();
  const { identities, policies } = JSON.parse(read("s3_identities.json"));
  expect(identities[0]).toMatchObject({ name: "web", policyNames: ["web"] });
  expect(identities[0]).not.toHaveProperty("actions");
  expect(identities[0].credentials[0].accessKey).toBe(read("s3_web_key_id"));
  const { Statement: statements } = JSON.parse(policies[0].content);
  const actions = statements.flatMap(({ Action }: { Action: string[] }) => Action);
  expect(actions).toEqual(["s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject", "s3:PutObject"]);
  expect(statements.at(-1).Resource).toEqual([
    "arn:aws:s3:::trace-share/never-forget/*",
    "arn:aws:s3:::trace-share/incoming/*",
  ]);
  expect(identities[1]).toMatchObject({ name: "worker", actions: ["Admin:trace-share"] });
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { searchKeyOf } from "#lib/container.ts";
import { SECRET_FILES } from "#lib/config.ts";
import { composeSecrets } from "./compose-secrets.ts";

const text = readFileSync(resolve(import.meta.dirname, "../../docker-compose.yml"), "utf8");

test("setup makes exactly the secrets that docker-compose.yml mounts", () => {
  const mounted = Object.keys(parse(text, { merge: true }).secrets).toSorted();
  expect(
    composeSecrets(searchKeyOf)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(mounted);
});

test("docker-compose.yml gives secrets by settings that are read from files", () => {
  const named = [...text.matchAll(/^ +([A-Z0-9_]+_FILE): .*\/run\/secrets\//gm)].map(
    (match) => match[1] ?? "",
  );
  expect(named.length).toBeGreaterThan(8);
  const others = ["SIGNING_KEY_FILE", "POSTGRES_PASSWORD_FILE"];
  expect(named.filter((name) => !SECRET_FILES.includes(name) && !others.includes(name))).toEqual([]);
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contextFiles, isSent } from "./build-context.ts";
import { readCompose, ROOT } from "./compose-file.ts";
import { readDockerfile, type Stage, valuesOf } from "./dockerfile.ts";

const stages = readDockerfile();
const compose = readCompose();
const stage = (name: string): Stage | undefined => stages.find((one) => one.name === name);
const finals = ["proxy", "search", "web", "worker"];

describe("the Dockerfile", () => {
  test("names every image by tag and digest", () => {
    for (const { name, image } of stages)
      expect({ name, image }).toEqual({
        name,
        image: expect.stringMatching(/:[\w.-]+@sha256:[0-9a-f]{64}$/),
      });
  });

  test("makes the targets that the compose file builds", () => {
    const targets = Object.values(compose.services).flatMap(({ build }) => build?.target ?? []);
    expect([...new Set(targets)].sort()).toEqual(finals);
  });

  test("ends every target as the user that the compose file gives it", () => {
    for (const [name, { build, user }] of Object.entries(compose.services))
      if (build) expect({ name, user: valuesOf(stage(build.target), "USER").at(-1) }).toEqual({ name, user });
  });

  test("takes web and worker from an image without a shell, and runs nothing in them", () => {
    for (const name of ["web", "worker"]) {
      expect(stage(name)?.image).toMatch(/^gcr\.io\/distroless\/nodejs24-debian13:nonroot@/);
      expect(valuesOf(stage(name), "RUN")).toEqual([]);
    }
  });

  test("installs what the lock file says and lets no package run a program", () => {
    const installs = stages.flatMap((one) => valuesOf(one, "RUN")).filter((line) => /\bnpm\b/.test(line));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toMatch(/^npm ci .*--ignore-scripts/);
  });

  test("takes the commit as its one argument, and the compose file gives it to every image that tells it", () => {
    for (const one of stages) {
      const tells = valuesOf(one, "ENV").includes("BUILD_COMMIT=$BUILD_COMMIT");
      expect({ name: one.name, takes: valuesOf(one, "ARG") }).toEqual({
        name: one.name,
        takes: tells ? ["BUILD_COMMIT="] : [],
      });
      for (const { build } of Object.values(compose.services))
        if (build?.target === one.name) expect("BUILD_COMMIT" in build.args).toBe(tells);
    }
    expect(finals.filter((name) => valuesOf(stage(name), "ARG").length > 0)).toEqual(["web", "worker"]);
  });

  test("fetches nothing from elsewhere", () => {
    for (const one of stages)
      for (const { keyword, rest } of one.instructions) {
        expect(["ADD", "ONBUILD", "SHELL", "VOLUME"]).not.toContain(keyword);
        expect(rest).not.toMatch(/https?:\/\/(?!127\.)|\b(?:curl|wget|apt-get|apk)\b/);
      }
  });

  test("lets outsiders reach of the object store only what a signed address is for", () => {
    const caddyfile = stage("proxy")?.instructions.find(({ text }) => text !== undefined)?.text ?? "";
    const [, files = ""] = caddyfile.split("{$FILES} {");
    const bucket = compose.services["init-storage"]?.environment["S3_BUCKET"];
    expect(files).toContain(`method PUT\n\t\tpath /${bucket}/incoming/*\n\t}\n\thandle @contributors {`);
    expect(files.match(/reverse_proxy .*/g)).toEqual(["reverse_proxy s3-gate:8333"]);
  });

  test("says of each image what it is", () => {
    for (const name of finals) {
      const labels = valuesOf(stage(name), "LABEL").join(" ");
      expect(labels).toMatch(/org\.opencontainers\.image\.title="trace-share [a-z]+"/);
      expect(labels).toMatch(/org\.opencontainers\.image\.description="[^"]+"/);
    }
  });

  test("checks the health of web and worker as the compose file does", () => {
    for (const name of ["web", "worker"]) {
      const [said = ""] = valuesOf(stage(name), "HEALTHCHECK");
      const command: unknown = JSON.parse(said.slice(said.indexOf("[")));
      expect(["CMD", ...(command as string[])]).toEqual(compose.services[name]?.healthcheck?.test); // a list, or it differs
    }
  });

  test("copies only what the build is sent", () => {
    const sent = contextFiles();
    for (const one of stages)
      for (const rest of valuesOf(one, "COPY").filter(
        (line) => !line.includes("--from=") && !line.includes("<<"),
      ))
        for (const path of rest.split(" ").slice(0, -1))
          expect({
            path,
            sent: path === "." || sent.some((file) => file === path || file.startsWith(`${path}/`)),
          }).toEqual({
            path,
            sent: true,
          });
  });

  test("runs in the worker's image only programs that are in it", () => {
    const sent = new Set(contextFiles());
    for (const { build, command } of Object.values(compose.services))
      if (build?.target === "worker" && command[0]) expect(sent).toContain(command[0]);
  });
});

describe("what a build is sent", () => {
  test.each([
    "secrets/signing_key",
    "data/secrets/database-password",
    ".env",
    ".git/config",
    "node_modules/next/package.json",
    "dist/web/standalone/server.js",
    "e2e/support/instance.ts",
    "lib/domain/gate.test.ts",
    "db/testing/database.ts",
  ])("leaves %s at home", (path) => {
    expect(isSent(path)).toBe(false);
  });

  test.each([
    "package-lock.json",
    "app/page.tsx",
    "db/migrations/meta/_journal.json",
    "workers/main.ts",
    "lib/config.ts",
  ])("takes %s", (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    expect(isSent(path)).toBe(true);
  });
});

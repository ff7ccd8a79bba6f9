import { once } from "node:events";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { type TestPlatform, testPlatform } from "#lib/services/testing/platform.ts";
import { releaseTools } from "#lib/services/testing/releases.ts";
import { keepSecret } from "#workers/data-folder.ts";
import { keepSigningKey } from "#workers/signing-key.ts";
import { examine } from "./doctor.ts";
import { type Finding, spanOf, wordsOf } from "./finding.ts";

const PASSWORD = "hunter2-of-the-database";
let root: string;
let platform: TestPlatform;
const servers: Server[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "trace-share-doctor-"));
  platform = await testPlatform({ dataDir: join(root, "data"), working: false });
  keepSigningKey(platform.signingKey);
  keepSecret(platform.dataDir, "session-secret");
  const [id = ""] = await releaseTools(platform).contribute([{ n: 1 }]);
  await revokeEpisode(platform.deps, await platform.uploader("ada@example.org"), { episodeId: id });
});
afterAll(async () => {
  await platform.close();
  for (const server of servers) server.close();
  await rm(root, { recursive: true, force: true });
});

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address
}

const look = (env: Record<string, string> = {}) =>
  examine({ DATABASE_URL: platform.databaseUrl, DATA_DIR: platform.dataDir, PORT: "1", ...env });
const find = (findings: Finding[], code: string) => findings.find((finding) => finding.code === code);
const said = (findings: Finding[], code: string) => {
  const { status, said: words } = find(findings, code) ?? {};
  return `${status}: ${words}`;
};

describe("the doctor", () => {
  it("finds nothing failing in a whole instance, and the public address when it leads here", async () => {
    const key = await platform.deps.signer.publicKey();
    const url = await answering((_request, answer) => answer.end(JSON.stringify({ public_key: key })));
    const findings = await look({ PUBLIC_URL: url });
    const failing = findings.filter(({ status }) => status === "fail");
    // PORT 1 may be refused to a normal user; the database of the tests does not wait for the disk
    const codes = failing.map(({ code }) => code).filter((code) => code !== "port");
    expect(codes).toEqual(["database_durable"]);
    expect(said(findings, "public_url")).toBe(`ok: ${url} leads to this instance`);
    expect(said(findings, "never_forget")).toMatch(/^ok: .*: 1 entries/);
    expect(find(findings, "objects")?.status).toBe("ok");
  });

  it("names each wrong setting and never its value", async () => {
    const findings = await examine({ PORT: "0", DATABASE_URL: `mysql://root:${PASSWORD}@x` });
    expect(findings.filter(({ code }) => code === "settings").map(({ status }) => status)).toEqual([
      "fail",
      "fail",
    ]);
    expect(JSON.stringify(findings)).not.toContain(PASSWORD);
  });

  it("says that the database is down, and goes on with what needs none", async () => {
    const findings = await look({ DATABASE_URL: `postgres://u:${PASSWORD}@127.0.0.1:1/x` });
    expect(said(findings, "database")).toBe("fail: nothing listens at the address of the database");
    for (const code of ["objects", "never_forget", "key_value", "search_engine", "fsync"])
      expect(find(findings, code)?.status).toBe("ok");
    const refused = new URL(platform.databaseUrl);
    refused.password = PASSWORD;
    const wrong = await look({ DATABASE_URL: refused.href });
    expect(said(wrong, "database")).toBe("fail: the database refuses user or password");
    expect(JSON.stringify([findings, wrong])).not.toContain(PASSWORD);
  });

  it("tells clocks that are a day apart, another instance behind the address, and plain http on the way", async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toUTCString();
    const store = await answering((_request, answer) => {
      answer.setHeader("date", yesterday);
      answer.writeHead(403).end();
    });
    const other = await answering((_request, answer) =>
      answer.end(JSON.stringify({ public_key: "another" })),
    );
    const bucket = { S3_BUCKET: "bucket", S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: PASSWORD };
    const findings = await look({ ...bucket, S3_ENDPOINT: store, PUBLIC_URL: other });
    expect(said(findings, "clock_bucket")).toMatch(/^fail: .* 1 day behind .* refuses every signed request$/);
    expect(find(findings, "objects")?.status).toBe("fail");
    expect(said(findings, "public_url")).toMatch(/^fail: .* another instance/);
    expect(JSON.stringify(findings)).not.toContain(PASSWORD);
    const plain = await look({ PUBLIC_URL: "http://traces.invalid" });
    expect(find(plain, "public_url_plain")?.status).toBe("warn");
  });

  it("finds open secrets and a never-forget log that was lost", async () => {
    const secret = join(platform.dataDir, "secrets", "session-secret");
    const log = join(platform.dataDir, "permanence", "log.jsonl");
    const before = readFileSync(log);
    chmodSync(secret, 0o644);
    rmSync(log);
    try {
      const findings = await look();
      expect(said(findings, "secrets_mode")).toContain("fail: others can reach");
      expect(said(findings, "never_forget")).toBe(
        "fail: the never-forget log ends at entry 0 and the database remembers entry 1",
      );
    } finally {
      writeFileSync(log, before);
      chmodSync(secret, 0o600);
    }
  });

  it("looks at a data folder that is not there without making it", async () => {
    const findings = await examine({ DATA_DIR: join(root, "none"), PORT: "1" });
    expect(find(findings, "data_folder")?.status).toBe("warn");
    expect(find(findings, "database")?.status).toBe("warn");
    await expect(rm(join(root, "none"))).rejects.toThrow("ENOENT");
  });

  it("asks for no data folder where nothing of the instance lies in one", async () => {
    const store = await answering((_request, answer) => answer.writeHead(403).end());
    const findings = await look({
      DATA_DIR: join(root, "none"),
      NEXTAUTH_SECRET: "s".repeat(32),
      SIGNING_KEY_FILE: platform.signingKey,
      S3_BUCKET: "bucket",
      S3_ACCESS_KEY_ID: "key",
      S3_SECRET_ACCESS_KEY: PASSWORD,
      S3_ENDPOINT: store,
    });
    expect(said(findings, "data_folder")).toBe("ok: none is needed: nothing lies on this machine");
    expect(said(findings, "signing_key")).toContain(await platform.deps.signer.publicKey());
    await expect(rm(join(root, "none"))).rejects.toThrow("ENOENT");
  });

  it("says spans as people do, and of a fault its kind alone", () => {
    expect([86_400_000, -840_000, 1_000, 12].map(spanOf)).toEqual([
      "1 day",
      "14 minutes",
      "1 second",
      "12 milliseconds",
    ]);
    expect(wordsOf(new Error(`connect to postgres://u:${PASSWORD}@x`))).toBe("Error");
  });

  it("has every code in the runbooks", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/RUNBOOKS.md"), "utf8");
    const files = readdirSync(import.meta.dirname).filter((name) => /^(doctor|.*-checks)\.ts$/.test(name));
    const source = files.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
    const named = /(?:\b(?:ok|warn|fail|attempt|skew|checkRoom)\(\s*|const code = )"([a-z_]+)"/g;
    const codes = new Set([...source.matchAll(named)].map((match) => match[1] ?? ""));
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});

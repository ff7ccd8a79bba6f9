import { createServer } from "node:http";
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { type EmbeddedServer, startEmbedded } from "#workers/embedded-postgres/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address that starts the run's PostgreSQL when it is first asked and answers where it is. */
    testDatabaseServer: string;
  }
}

const TEMPLATE = "migrated_template";

/**
 * Vitest's global setup: one embedded PostgreSQL per run. Nothing starts before a test asks for a database, so runs of pure
 * tests cost nothing. The data lies in the system's temporary folder, which the database user can reach.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<RunDatabase> | undefined;
  const server = createServer((_request, response) => {
    starting ??= startRunDatabase();
    starting.then(
      ({ embedded }) => response.end(JSON.stringify({ url: embedded.url, template: TEMPLATE })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the test database server has no address");
  project.provide("testDatabaseServer", `http://127.0.0.1:${address.port}/`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await (await starting?.catch(() => undefined))?.stop();
  };
}

type RunDatabase = { embedded: EmbeddedServer; stop(): Promise<void> };

async function startRunDatabase(): Promise<RunDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "trace-share-test-"));
  chmodSync(folder, 0o711);
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const embedded = await startEmbedded({ dataDir: join(folder, "data"), durable: false });
    const stop = async () => {
      await embedded.release();
      removeFolder();
    };
    await makeTemplate(embedded.url).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { embedded, stop };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function makeTemplate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`CREATE DATABASE ${TEMPLATE}`);
  await sql.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  // Loaded here, because runs of pure tests need no database driver.
  const { migrate } = await import("#db/migrate.ts");
  await migrate(template.href);
}

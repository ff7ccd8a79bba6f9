import { resolve } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { connectS3 } from "#lib/adapters/s3-client.ts";
import { realS3, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import { type Config, loadConfig } from "#lib/config.ts";
import { holdWebBuild } from "#workers/build-web.ts";
import { keepSecret, prepareDataFolder } from "#workers/data-folder.ts";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { startEmbedded } from "#workers/embedded-postgres/server.ts";
import { platformEnvironment } from "#workers/platform-environment.ts";
import { prepareInstance } from "#workers/prepare-instance.ts";
import { startFront } from "./http-front.ts";
import { type ProcessOutput, startWeb, startWorker } from "./platform-processes.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** Two web and two worker processes over one PostgreSQL and one object store, with one address before the webs. */
export type TwoOfEach = {
  url: string;
  /** Environment of the processes, for commands that are to act on the same instance. */
  env: Readonly<Record<string, string>>;
  /** Each web process by an address of its own. */
  webs: readonly string[];
  /** The port of each process's metrics. */
  metrics: readonly number[];
  stop(): Promise<void>;
};

type Options = {
  settings: Readonly<Record<string, string>>;
  /** Where bodies, release files and the never-forget log are: in the one data folder, or in one bucket. */
  objects: "files" | "bucket";
  output: ProcessOutput;
};

/** Starts them all. The instance is prepared by two starts at the same moment, as on two machines. */
export async function startTwoOfEach(options: Options): Promise<TwoOfEach> {
  const stack = new AsyncDisposableStack();
  try {
    const config = await prepare(options, stack);
    const env = platformEnvironment(config);
    const ports = await Promise.all([freePort(), freePort()]);
    const metrics = await Promise.all(["web 1", "web 2", "worker 1", "worker 2"].map(() => freePort()));
    const counting = (index: number) => ({ ...env, METRICS_PORT: String(metrics[index]) });
    const webs = await Promise.all(
      ports.map((port, index) => startWeb(counting(index), port, options.output)),
    );
    const front = await startFront({ port: config.port, behind: ports, onLog: options.output.onLog });
    const workers = ["worker 1", "worker 2"].map((name, index) =>
      startWorker(counting(webs.length + index), name, options.output),
    );
    // one after the other would wait for the slowest of four
    stack.defer(async () => void (await Promise.all([...webs, ...workers].map((one) => one.stop()))));
    stack.defer(() => front.close());
    const addresses = ports.map((port) => `http://127.0.0.1:${port}`);
    return { url: front.url, env, webs: addresses, metrics, stop: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

type Decided = Config & { databaseUrl: string; authSecret: string };

async function prepare(
  { settings, objects, output: { onLog = () => {} } }: Options,
  stack: AsyncDisposableStack,
): Promise<Decided> {
  const dataDir = prepareDataFolder(loadConfig(settings).dataDir);
  const bucket = objects === "bucket" ? await makeBucket(stack) : {};
  const authSecret = keepSecret(dataDir, "session-secret");
  const database = await startEmbedded({ dataDir });
  stack.defer(() => database.release());
  const config = {
    ...loadConfig({ ...settings, ...bucket }),
    dataDir,
    authSecret,
    databaseUrl: database.url,
  };
  await Promise.all([prepareInstance(config), prepareInstance(config)]);
  const build = await holdWebBuild({ root: ROOT, onLog });
  stack.defer(() => build.release());
  return config;
}

/** A bucket of the server that `TEST_S3_ENDPOINT` names, else of one in this process. */
async function makeBucket(stack: AsyncDisposableStack): Promise<Record<string, string>> {
  const memory = realS3() === null ? await startMemoryS3() : null;
  if (memory) stack.defer(() => memory.stop());
  const place = { ...(realS3() ?? memory?.place), bucket: `two-of-each-${process.pid}-${Date.now()}` };
  const { endpoint, region, accessKeyId, secretAccessKey, bucket } = place;
  if (!endpoint || !region || !accessKeyId || !secretAccessKey) throw new Error("one of the two is there");
  const { client } = connectS3({ endpoint, region, accessKeyId, secretAccessKey, bucket });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

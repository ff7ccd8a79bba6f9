import type { Config } from "#lib/config.ts";
import { AppError } from "#lib/domain/errors.ts";
import { isPortFree } from "./embedded-postgres/free-port.ts";

/** Web and worker under one supervisor: the first has the port that was set, the second the next one. */
const PROCESSES = 2;
const LAST_PORT = 65_535;

/** The environment of the supervisor's process number `index`, each with a port of its own for metrics if there are any. */
export function withMetricsPort(env: NodeJS.ProcessEnv, index: number): NodeJS.ProcessEnv {
  const port = env["METRICS_PORT"];
  return port ? { ...env, METRICS_PORT: String(Number(port) + index) } : env;
}

/** Before anything slow. Throws `configuration_invalid` where one of the ports can't be had. */
export async function assertMetricsPortsFree({ metrics, port: pages }: Config): Promise<void> {
  if (metrics === undefined) return;
  for (let index = 0; index < PROCESSES; index += 1) {
    const port = metrics.port + index;
    if (port > LAST_PORT || port === pages) throw refused(`METRICS_PORT ${metrics.port} does not fit`);
    const free = await isPortFree(port, metrics.host).catch((cause: unknown) => {
      throw refused(`METRICS_HOST ${metrics.host} is no address of this machine`, cause);
    });
    if (!free) throw refused(`Port ${port} on ${metrics.host} is taken by another program`);
  }
}

function refused(reason: string, cause?: unknown): AppError {
  return new AppError("configuration_invalid", {
    detail: `${reason}: metrics take METRICS_PORT for the web server and the port after it for the worker.`,
    cause,
  });
}

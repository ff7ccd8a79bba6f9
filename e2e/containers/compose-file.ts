import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

// docker-compose.yml as Docker Compose sees it: anchors merged, short forms written out where a test asks about them.

export const ROOT = resolve(import.meta.dirname, "..", "..");
export const COMPOSE_FILE = join(ROOT, "docker-compose.yml");

const Condition = z.enum(["service_started", "service_healthy", "service_completed_successfully"]);
const Text = z.union([z.string(), z.number()]).transform(String);

const Service = z.looseObject({
  image: z.string(),
  build: z
    .object({
      context: z.string(),
      target: z.string(),
      args: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: Condition })).default({}),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  healthcheck: z
    .object({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
      start_period: z.string(),
    })
    .optional(),
  restart: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  init: z.boolean().optional(),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  pids_limit: z.number().optional(),
  mem_limit: Text.optional(),
  cpus: z.number().optional(),
  stop_grace_period: z.string().optional(),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
});
export type Service = z.output<typeof Service>;

const Compose = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  networks: z.record(
    z.string(),
    z.object({ internal: z.boolean().optional(), driver_opts: z.record(z.string(), z.string()).optional() }),
  ),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
export type Compose = z.output<typeof Compose>;

/** Reads a compose file; the one of the repository without an argument. Throws where it has a form that the tests do not know. */
export function readCompose(text = readFileSync(COMPOSE_FILE, "utf8")): Compose {
  return Compose.parse(parse(text, { merge: true }));
}

/** A service that ends when its work is done. */
export function isOneShot(service: Service): boolean {
  return service.restart === "on-failure" || service.restart === "no";
}

/**
 * `${NAME}`, `${NAME:-default}`, `${NAME:+other}` and `${NAME:?message}` as Docker Compose replaces them, and `$$`. Throws where a
 * name that must be set is not.
 */
export function interpolate(text: string, env: Readonly<Record<string, string | undefined>> = {}): string {
  return text.replaceAll(
    /\$\$|\$\{([A-Z_][A-Z0-9_]*)(?::([-+?])([^}]*))?\}/g,
    (all, name?: string, sign?: string, rest = "") => {
      if (name === undefined) return all === "$$" ? "$" : all;
      const value = env[name] ?? "";
      if (sign === "-") return value || rest;
      if (sign === "+") return value && rest;
      if (sign === "?" && !value) throw new Error(`${name}: ${rest}`);
      return value;
    },
  );
}

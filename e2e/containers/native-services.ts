import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { databaseEnvironment } from "#workers/embedded-postgres/cluster.ts";
import { databaseUser } from "#workers/embedded-postgres/database-user.ts";
import { findPrograms } from "#workers/embedded-postgres/programs.ts";
import { type Compose, interpolate, type Service } from "./compose-file.ts";

/** How a service of the compose file runs on this machine: its own command, environment and health check, with other addresses. */
export type NativeService = {
  name: string;
  service: Service;
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  user: { uid: number; gid: number } | undefined;
  /** Undefined where the program of the check is not on this machine. */
  health: { file: string; args: string[]; env: Record<string, string> } | undefined;
  /** Made before the first start. */
  prepare(): void;
};

/** Programs that this machine may have: their paths, from the environment. */
export type Programs = {
  meilisearch?: string | undefined;
  weed?: string | undefined;
  valkey?: string | undefined;
};

export type Place = {
  /** Folder of volumes, configuration and logs; secrets lie in `secrets` below it, as `setup` made them. */
  folder: string;
  /** A port of this machine for each `service:port` of the compose file. */
  ports: ReadonlyMap<string, number>;
  programs: Programs;
  /** Folders from which our own programs run: the checkout, or what the Dockerfile's steps made. */
  roots: { web: string; worker: string };
  /** Settings of the operator, as in `.env`. */
  settings: Readonly<Record<string, string>>;
};

/** `service:port` of everything that listens, as the compose file's addresses name it. */
export const LISTENERS = [
  "web:3000",
  "postgres:5432",
  "meilisearch:7700",
  "seaweedfs:8333",
  "s3-gate:8333",
  "valkey:6379",
  "redis-rest:8079",
  "web:9464",
  "worker:9464",
] as const;

/** Every service that can run here, and the names of those that can't with what they lack. */
export function nativeServices(compose: Compose, place: Place) {
  const services: NativeService[] = [];
  const skipped: string[] = [];
  for (const [name, service] of Object.entries(compose.services)) {
    const native = nativeService({ name, service, place });
    if (typeof native === "string") skipped.push(`${name}: ${native}`);
    else services.push(native);
  }
  return { services, skipped };
}

type One = { name: string; service: Service; place: Place };

function nativeService(one: One): NativeService | string {
  const { name, service, place } = one;
  if (service.build?.target === "web") return own(one, place.roots.web, ["workers/web.ts"]);
  if (service.build?.target === "worker") {
    const command = service.command.length > 0 ? service.command : ["workers/main.ts"];
    return own(one, place.roots.worker, command);
  }
  if (name === "postgres") return postgres(one);
  if (name === "meilisearch") return foreign(one, place.programs.meilisearch, "TEST_MEILISEARCH_PROGRAM");
  if (name === "seaweedfs") return foreign(one, place.programs.weed, "TEST_WEED_PROGRAM");
  if (name === "valkey") return foreign(one, place.programs.valkey, "TEST_VALKEY_PROGRAM");
  return "no program of it on this machine";
}

function own(one: One, cwd: string, command: readonly string[]): NativeService {
  return { ...common(one), file: process.execPath, args: command.map((word) => here(word, one)), cwd };
}

/** The container's command without the program's own name, and with its ports. */
function foreign(one: One, file: string | undefined, setting: string): NativeService | string {
  if (!file || !existsSync(file)) return `needs ${setting}`;
  const { name, service } = one;
  const words = name === "seaweedfs" ? service.command : service.command.slice(1);
  return {
    ...common(one),
    file,
    args: [...words.map((word) => here(word, one)), ...portFlags(one)],
    cwd: one.place.folder,
  };
}

/** Ports that the command does not say, because a container has them to itself. */
function portFlags({ name, place }: One): string[] {
  const port = place.ports.get(`${name}:8333`) ?? 0;
  if (name === "valkey") return ["--port", String(place.ports.get("valkey:6379")), "--bind", "127.0.0.1"];
  if (name !== "seaweedfs") return [];
  const others = ["master", "filer", "volume", "admin"].map(
    (one, index) => `-${one}.port=${port + 1 + index}`,
  );
  return [`-s3.port=${port}`, ...others];
}

function postgres(one: One): NativeService {
  const user = databaseUser();
  const programs = findPrograms(user);
  const data = join(one.place.folder, "volumes", "postgres");
  const options = one.service.command.slice(1).map((word) => here(word, one));
  return {
    ...common(one),
    file: programs.postgres,
    args: [
      "-D",
      data,
      "-p",
      String(one.place.ports.get("postgres:5432")),
      "-clisten_addresses=127.0.0.1",
      "-cunix_socket_directories=",
      ...options,
    ],
    env: { ...databaseEnvironment() } as Record<string, string>, // none of its values is undefined
    cwd: one.place.folder,
    user,
    prepare: () => initdb({ programs, data, user, one }),
  };
}

type Init = {
  programs: { initdb: string; postgres: string };
  data: string;
  user: NativeService["user"];
  one: One;
};

/** What the entry point of the image does the first time: the cluster, its owner's password, the database. */
function initdb({ programs, data, user, one }: Init): void {
  if (existsSync(join(data, "PG_VERSION"))) return;
  mkdirSync(data, { recursive: true });
  if (user) chownSync(data, user.uid, user.gid);
  const {
    POSTGRES_USER: name = "",
    POSTGRES_DB: database = "",
    POSTGRES_INITDB_ARGS: more = "",
  } = one.service.environment;
  const password = here(one.service.environment["POSTGRES_PASSWORD_FILE"] ?? "", one);
  const run = (file: string, args: string[], input = "") => {
    const result = spawnSync(file, args, {
      ...user,
      cwd: one.place.folder,
      env: databaseEnvironment(),
      input,
      encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`${file}: ${result.stderr}`);
  };
  run(programs.initdb, ["-D", data, "-U", name, `--pwfile=${password}`, ...more.split(" ")]);
  run(programs.postgres, ["--single", "-D", data, "postgres"], `CREATE DATABASE ${database};\n`);
}

function common(one: One): Omit<NativeService, "file" | "args" | "cwd"> {
  const { name, service, place } = one;
  const scratch = join(place.folder, "tmp", name);
  const environment = Object.entries(service.environment).map(([key, value]) => [key, here(value, one)]);
  const listen: Record<string, string> =
    name === "web" ? { PORT: String(place.ports.get("web:3000")), HOST: "127.0.0.1" } : {};
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    NODE_ENV: "production",
    ...Object.fromEntries(environment),
    ...listen,
  };
  return {
    name,
    service,
    env,
    user: undefined,
    health: healthOf(one, env),
    prepare: () => {
      for (const folder of [scratch, ...service.volumes.map((volume) => volumeOf(volume, place))])
        mkdirSync(folder, { recursive: true });
    },
  };
}

/** Programs of checks that know their service's usual port by heart. */
const CHECKED: Readonly<Record<string, string>> = {
  pg_isready: "postgres:5432",
  "valkey-cli": "valkey:6379",
};

/** The check of the compose file with this machine's program of the same name; its own user and file system are no part of that. */
function healthOf(one: One, env: Record<string, string>): NativeService["health"] {
  const [, program = "", ...args] = one.service.healthcheck?.test ?? [];
  if (program === "") return undefined;
  const known =
    program === "/nodejs/bin/node"
      ? process.execPath
      : spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
  if (!known) return undefined;
  const words = args.map((word) => here(word, one));
  const listener = CHECKED[program];
  const port = listener === undefined ? [] : ["-p", String(one.place.ports.get(listener))];
  return { file: known, args: [...port, ...words], env };
}

function volumeOf(volume: string, { folder }: Place): string {
  return join(folder, "volumes", volume.split(":")[0] ?? "");
}

/** A text of the compose file with this machine's addresses and folders in it. */
function here(text: string, { name, service, place }: One): string {
  let said = interpolate(text, place.settings).replaceAll(/^\/tmp\b/g, join(place.folder, "tmp", name));
  for (const volume of service.volumes) {
    const inside = volume.split(":")[1] ?? "";
    said = said.replaceAll(inside, volumeOf(volume, place));
  }
  for (const [listener, port] of place.ports) {
    const [owner = "", inside = ""] = listener.split(":");
    said = said.replaceAll(new RegExp(`\\b${owner}:${inside}\\b`, "g"), `127.0.0.1:${port}`);
    if (owner === name)
      said = said.replaceAll(
        new RegExp(`\\b(?:0\\.0\\.0\\.0|127\\.0\\.0\\.1):${inside}\\b`, "g"),
        `127.0.0.1:${port}`,
      );
    if (owner === name && said === inside) said = String(port);
  }
  return said
    .replaceAll("/run/secrets/", `${join(place.folder, "secrets")}/`)
    .replaceAll("-ip.bind=0.0.0.0", "-ip.bind=127.0.0.1");
}

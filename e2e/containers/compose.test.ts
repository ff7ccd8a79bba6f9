import { readFileSync } from "node:fs";
import { DCLinter } from "dclint";
import { describe, expect, test } from "vitest";
import { COMPOSE_FILE, type Compose, interpolate, readCompose, type Service } from "./compose-file.ts";
import { faultsOf } from "./hardening.ts";

const text = readFileSync(COMPOSE_FILE, "utf8");
const compose = readCompose();
const services = Object.entries(compose.services);
const names = (list: readonly string[]) => list.toSorted();

describe("docker-compose.yml", () => {
  test("is valid by the schema of the Compose specification and the linter's rules", () => {
    expect(lint()).toEqual([]);
  });

  test("locks every service in", () => {
    expect(faultsOf(compose)).toEqual([]);
  });

  test("has the services of one platform, and two profiles", () => {
    const always = services.filter(([, { profiles }]) => profiles.length === 0).map(([name]) => name);
    expect(names(always)).toEqual([
      "init-search",
      "init-storage",
      "meilisearch",
      "migrate",
      "postgres",
      "s3-gate",
      "seaweedfs",
      "web",
      "worker",
    ]);
    const withProfile = services.flatMap(([name, { profiles }]) => profiles.map((one) => `${one}: ${name}`));
    expect(names(withProfile)).toEqual(["proxy: proxy", "redis: redis-rest", "redis: valkey"]);
  });

  test("gives no service a way past the gate to the object store", () => {
    const onStore = services.filter(([, { networks }]) => networks.includes("store")).map(([name]) => name);
    expect(names(onStore)).toEqual(["s3-gate", "seaweedfs"]);
    expect(compose.services["s3-gate"]?.command.slice(1)).toEqual(["0.0.0.0:8333", "seaweedfs:8333"]);
    expect(compose.networks["store"]?.internal).toBe(true);
  });

  test("publishes one port, on this machine alone, unless the proxy is asked for", () => {
    const published = services
      .filter(([, { profiles }]) => profiles.length === 0)
      .flatMap(([, { ports }]) => ports);
    expect(published.map((port) => interpolate(port))).toEqual(["127.0.0.1:3000:3000"]);
  });

  test("gives the web process the web's keys and passwords and nobody else's", () => {
    expect(
      compose.services["web"]?.secrets.filter((name) =>
        /owner|worker|writer|master|identities|toml/.test(name),
      ),
    ).toEqual([]);
    expect(
      compose.services["worker"]?.secrets.filter((name) =>
        /owner|master|identities|toml|s3_web|db_web/.test(name),
      ),
    ).toEqual([]);
  });

  test("mounts a secret where a setting names its file, and nowhere else", () => {
    for (const [name, service] of services) {
      const mentioned = `${JSON.stringify(service.environment)} ${service.command.join(" ")}`;
      const wanted = new Set(
        [...mentioned.matchAll(/\/run\/secrets\/([a-z0-9_.]+)/g)].map((match) => match[1]),
      );
      // the signer finds it beside the key (lib/adapters/signer-file.ts)
      if (wanted.has("signing_key")) wanted.add("signing_key.earlier");
      expect({ name, secrets: names(service.secrets) }).toEqual({ name, secrets: [...wanted].sort() });
    }
    const used = new Set(services.flatMap(([, { secrets }]) => secrets));
    expect(names(Object.keys(compose.secrets))).toEqual([...used].sort());
    for (const [name, { file }] of Object.entries(compose.secrets)) expect(file).toBe(`./secrets/${name}`);
  });

  test("holds no secret, and no default for one", () => {
    for (const [, { environment }] of services)
      for (const [name, value] of Object.entries(environment)) {
        const plain = interpolate(value).replaceAll("/run/secrets/", "");
        if (/PASSWORD|SECRET|TOKEN|KEY/.test(name)) expect(plain).toMatch(/^[a-z0-9_.]*$/);
        expect(URL.parse(plain)?.password ?? "").toBe("");
      }
    // a key, a token or a password of any kind is a longer word than what a compose file says
    const words = text.replaceAll(/sha256:[0-9a-f]{64}/g, "").match(/[A-Za-z0-9+/]{24,}/g) ?? [];
    expect(words.filter((word) => /[0-9]/.test(word) && !word.startsWith("/"))).toEqual([]);
  });

  test("starts with no setting at all, and takes each one from the environment by its own name", () => {
    expect(() => interpolate(text)).not.toThrow();
    expect(interpolate("a ${X:-b} ${X:+c} $$", {})).toBe("a b  $");
    expect(interpolate("a ${X:-b} ${X:+c}", { X: "x" })).toBe("a x c");
    expect(() => interpolate("${X:?missing}", {})).toThrow("missing");
  });
});

describe("the rules of hardening", () => {
  const worker = compose.services["worker"];
  const changes: Readonly<Record<string, Partial<Service> & Record<string, unknown>>> = {
    "its image is not pinned by tag and digest": { build: undefined, image: "postgres:18" },
    "no init": { init: false },
    "its root file system can be written": { read_only: undefined },
    "no /tmp with a size": { tmpfs: ["/tmp"] },
    "its user is root, or not said by number": { user: "0:0" },
    "it keeps capabilities": { cap_drop: [] },
    "it gets capabilities": { cap_add: ["SYS_ADMIN"] },
    "it can get new privileges": { security_opt: [] },
    "no limit of processes": { pids_limit: undefined },
    "no limit of memory": { mem_limit: undefined },
    "no limit of processors": { cpus: undefined },
    "its log is not rotated": { logging: { driver: "json-file", options: {} } },
    "no time to stop": { stop_grace_period: undefined },
    "it is not started again": { restart: "always" },
    "no health check with a time to start": { healthcheck: undefined },
    "it is privileged": { privileged: true },
    "no network of its own": { network_mode: "host" },
    "it shares a name space": { pid: "host" },
    "it has devices": { devices: ["/dev/kvm"] },
    "its settings come from a file that nobody checks": { env_file: ".env" },
    "it mounts a folder of the machine": { volumes: ["/var/run/docker.sock:/var/run/docker.sock"] },
    "it publishes a port to everybody": { ports: ["3000:3000"] },
    "network front leads out of the machine": { networks: ["front"] },
    "nowhere is not there": { depends_on: { nowhere: { condition: "service_healthy" } } },
    "migrate (condition) is not there": { depends_on: { migrate: { condition: "service_healthy" } } },
  };

  test.each(Object.entries(changes))("find a planted service: %s", (fault, change) => {
    expect(faultsOf(planted(change))).toContain(`worker: ${fault}`);
  });

  function planted(change: Record<string, unknown>): Compose {
    if (!worker) throw new Error("the compose file has no worker");
    return { ...compose, services: { ...compose.services, worker: { ...worker, ...change } as Service } }; // wrong on purpose
  }
});

/** What the linter says, without its opinions on the order of keys and services: ours is the order of reading. */
function lint(): string[] {
  const linter = new DCLinter({
    rules: {
      "service-keys-order": 0,
      "services-alphabetical-order": 0,
      "service-dependencies-alphabetical-order": 0,
      "top-level-properties-order": 0,
      "require-quotes-in-ports": [2, { quoteType: "double" }],
    },
    quiet: false,
    debug: false,
    exclude: [],
  });
  return linter
    .lintFiles([COMPOSE_FILE], false)
    .flatMap(({ messages }) => messages.map(({ line, rule, message }) => `${line} ${rule}: ${message}`));
}

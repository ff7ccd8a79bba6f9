import { type Compose, interpolate, isOneShot, type Service } from "./compose-file.ts";

const DIGEST = /^[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$/;
/** Services that may have more than nothing, and why, stands beside them in the compose file. */
const CAPABILITIES: Readonly<Record<string, readonly string[]>> = { proxy: ["NET_BIND_SERVICE"] };
/** The one that others may reach. */
const PUBLISHED: readonly string[] = ["proxy"];
/** Networks with a way out of the machine, and who is on them. */
const WAYS_OUT: Readonly<Record<string, readonly string[]>> = { front: ["proxy"] };

/** What is missing in a compose file for each of its services to be locked in; one line each, nothing if all is well. */
export function faultsOf(compose: Compose): string[] {
  const services = Object.entries(compose.services);
  return [
    ...services.flatMap(([name, service]) =>
      faultsOfService(name, service).map((fault) => `${name}: ${fault}`),
    ),
    ...services.flatMap(([name, service]) =>
      unknownNames(compose, service).map((fault) => `${name}: ${fault}`),
    ),
    ...faultsOfNetworks(compose),
  ];
}

function faultsOfService(name: string, service: Service): string[] {
  const memory = interpolate(service.mem_limit ?? "");
  const rules: readonly (readonly [boolean, string])[] = [
    [service.build !== undefined || DIGEST.test(service.image), "its image is not pinned by tag and digest"],
    [service.init === true, "no init"],
    [service.read_only === true, "its root file system can be written"],
    [service.tmpfs.some((mount) => mount.startsWith("/tmp:size=")), "no /tmp with a size"],
    [isOtherThanRoot(service.user), "its user is root, or not said by number"],
    [service.cap_drop.join() === "ALL", "it keeps capabilities"],
    [service.cap_add.every((one) => CAPABILITIES[name]?.includes(one)), "it gets capabilities"],
    [service.security_opt.includes("no-new-privileges:true"), "it can get new privileges"],
    [(service.pids_limit ?? 0) > 0, "no limit of processes"],
    [/^[1-9][0-9]*[mg]$/.test(memory), "no limit of memory"],
    [(service.cpus ?? 0) > 0, "no limit of processors"],
    [rotates(service), "its log is not rotated"],
    [/^[1-9][0-9]*s$/.test(service.stop_grace_period ?? ""), "no time to stop"],
    [isOneShot(service) || service.restart === "unless-stopped", "it is not started again"],
    [isOneShot(service) || hasHealthCheck(service), "no health check with a time to start"],
    [service["privileged"] === undefined, "it is privileged"],
    [service["network_mode"] === undefined && service.networks.length > 0, "no network of its own"],
    [service["pid"] === undefined && service["ipc"] === undefined, "it shares a name space"],
    [service["devices"] === undefined, "it has devices"],
    [service["env_file"] === undefined, "its settings come from a file that nobody checks"],
    [service.volumes.every((volume) => /^[a-z]+:\//.test(volume)), "it mounts a folder of the machine"],
    [
      service.ports.every((port) => isLoopback(port) || PUBLISHED.includes(name)),
      "it publishes a port to everybody",
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}

function isOtherThanRoot(user: string | undefined): boolean {
  return user !== undefined && /^[1-9][0-9]*:[1-9][0-9]*$/.test(user);
}

function isLoopback(port: string): boolean {
  return port.startsWith("127.0.0.1:");
}

function rotates({ logging }: Service): boolean {
  const { "max-size": size, "max-file": files } = logging?.options ?? {};
  return logging?.driver === "json-file" && size !== undefined && Number(files) > 1;
}

/** A check by a shell hides which program is missing, and the images of ours have none. */
function hasHealthCheck({ healthcheck }: Service): boolean {
  return healthcheck?.test[0] === "CMD" && healthcheck.test.length > 1 && healthcheck.retries > 1;
}

/** Names that lead nowhere: Docker would make a volume or a network of them, or say so only at the start. */
function unknownNames(compose: Compose, service: Service): string[] {
  const volumes = service.volumes.map((volume) => volume.split(":")[0] ?? "");
  const all = [
    ...volumes.filter((name) => !(name in compose.volumes)),
    ...service.networks.filter((name) => !(name in compose.networks)),
    ...service.secrets.filter((name) => !(name in compose.secrets)),
    ...Object.keys(service.depends_on).filter((name) => !(name in compose.services)),
    ...Object.entries(service.depends_on)
      .filter(([name, { condition }]) => !suits(compose.services[name], condition))
      .map(([name]) => `${name} (condition)`),
  ];
  return all.map((name) => `${name} is not there`);
}

/** Who ends is waited for until it has ended well; who stays is waited for until it is healthy. */
function suits(service: Service | undefined, condition: string): boolean {
  if (!service) return true;
  return condition === (isOneShot(service) ? "service_completed_successfully" : "service_healthy");
}

function faultsOfNetworks({ networks, services }: Compose): string[] {
  return Object.entries(networks).flatMap(([name, network]) => {
    const masquerade = network.driver_opts?.["com.docker.network.bridge.enable_ip_masquerade"];
    if (network.internal === true || interpolate(masquerade ?? "") === "false") return [];
    const members = Object.keys(services).filter((service) => services[service]?.networks.includes(name));
    const surplus = members.filter((member) => !WAYS_OUT[name]?.includes(member));
    return surplus.map((member) => `${member}: network ${name} leads out of the machine`);
  });
}

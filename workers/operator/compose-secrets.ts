import { generateKeyPairSync, randomBytes } from "node:crypto";

/**
 * What docker-compose.yml mounts under /run/secrets, by the name of the file in the folder that `setup` fills. The one list of these
 * names: a test holds the compose file to it.
 */
export type ComposeSecret = {
  name: string;
  /** Services and settings that read it, for people. */
  reads: string;
} & (
  | {
      /** `random`: 32 random bytes, made once; `key`: an Ed25519 key, made once; `given`: empty until somebody fills it in. */
      kind: "random" | "key" | "given";
    }
  /** The whole content follows from the secrets before it in the list, by name: it is written anew when they change. */
  | { kind: "derived"; derive(secrets: ReadonlyMap<string, string>): string }
);

/** The value of a scoped key of Meilisearch (lib/adapters/search-meilisearch-keys.ts gives it its rights). */
export type SearchKeyOf = (masterKey: string, name: "searcher" | "writer") => string;

const of = (secrets: ReadonlyMap<string, string>, name: string): string => secrets.get(name) ?? "";

/** The secrets of the compose form. `searchKeyOf` computes the value of a scoped key before its server has ever run. */
export function composeSecrets(searchKeyOf: SearchKeyOf): readonly ComposeSecret[] {
  return [
    { name: "db_owner_password", reads: "postgres; migrate: DATABASE_PASSWORD_FILE", kind: "random" },
    { name: "db_web_password", reads: "migrate; web: DATABASE_PASSWORD_FILE", kind: "random" },
    { name: "db_worker_password", reads: "migrate; worker: DATABASE_PASSWORD_FILE", kind: "random" },
    { name: "db_readonly_password", reads: "migrate; readers: DATABASE_PASSWORD_FILE", kind: "random" },
    { name: "auth_secret", reads: "web, worker, migrate: NEXTAUTH_SECRET_FILE", kind: "random" },
    { name: "signing_key", reads: "web, worker, migrate: SIGNING_KEY_FILE", kind: "key" },
    // `rotate-secret` writes it
    { name: "signing_key.earlier", reads: "web, worker, migrate: beside signing_key", kind: "given" },
    { name: "s3_web_key_id", reads: "web: S3_ACCESS_KEY_ID_FILE", kind: "random" },
    { name: "s3_web_secret", reads: "web: S3_SECRET_ACCESS_KEY_FILE", kind: "random" },
    {
      name: "s3_worker_key_id",
      reads: "worker, migrate, init-storage: S3_ACCESS_KEY_ID_FILE",
      kind: "random",
    },
    {
      name: "s3_worker_secret",
      reads: "worker, migrate, init-storage: S3_SECRET_ACCESS_KEY_FILE",
      kind: "random",
    },
    { name: "s3_identities.json", reads: "seaweedfs", kind: "derived", derive: seaweedIdentities },
    { name: "meili_master_key", reads: "init-search: MEILI_MASTER_KEY_FILE", kind: "random" },
    {
      name: "meilisearch.toml",
      reads: "meilisearch: MEILI_CONFIG_FILE_PATH",
      kind: "derived",
      derive: (secrets) => `master_key = "${of(secrets, "meili_master_key")}"\n`,
    },
    {
      name: "meili_search_key",
      reads: "web: MEILI_API_KEY_FILE",
      kind: "derived",
      derive: (secrets) => searchKeyOf(of(secrets, "meili_master_key"), "searcher"),
    },
    {
      name: "meili_writer_key",
      reads: "worker, migrate: MEILI_API_KEY_FILE",
      kind: "derived",
      derive: (secrets) => searchKeyOf(of(secrets, "meili_master_key"), "writer"),
    },
    { name: "redis_rest_token", reads: "web, worker: UPSTASH_REDIS_REST_TOKEN_FILE", kind: "random" },
    { name: "github_secret", reads: "web: GITHUB_SECRET_FILE, where GITHUB_ID is set", kind: "given" },
  ];
}

/** The bucket of the compose form. */
export const COMPOSE_BUCKET = "trace-share";

/**
 * Web reads everything, adds below two folders and deletes nothing; the worker may everything in the bucket, and make it. Web's rights
 * are a policy by S3's own names of actions: in SeaweedFS' older list of actions, whoever writes may delete too.
 */
function seaweedIdentities(secrets: ReadonlyMap<string, string>): string {
  const identity = (name: "web" | "worker", rights: object) => ({
    name,
    credentials: [
      { accessKey: of(secrets, `s3_${name}_key_id`), secretKey: of(secrets, `s3_${name}_secret`) },
    ],
    ...rights,
  });
  const bucket = `arn:aws:s3:::${COMPOSE_BUCKET}`;
  const allow = (actions: readonly string[], resources: readonly string[]) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resources,
  });
  const policy = {
    Version: "2012-10-17",
    Statement: [
      allow(["s3:ListBucket", "s3:GetBucketLocation"], [bucket]),
      allow(["s3:GetObject"], [`${bucket}/*`]),
      allow(["s3:PutObject"], [`${bucket}/never-forget/*`, `${bucket}/incoming/*`]),
    ],
  };
  return json({
    identities: [
      identity("web", { policyNames: ["web"] }),
      identity("worker", { actions: [`Admin:${COMPOSE_BUCKET}`] }),
    ],
    policies: [{ name: "web", content: JSON.stringify(policy) }],
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const SECRET_BYTES = 32;

/** A fresh secret: 32 random bytes in characters that addresses, TOML and JSON take as they are. */
export function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** A fresh Ed25519 key as the instance keeps it: PKCS #8, PEM. */
export function freshSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

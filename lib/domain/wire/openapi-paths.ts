import type { Scope } from "#lib/domain/access/policy.ts";
import { NDJSON } from "./batch.ts";
import { type AnswerName, type RequestName, schemaRef } from "./openapi-schemas.ts";

type Answer = AnswerName | "file" | "document";

/** One operation of the API as this project describes it; `openapi.ts` writes it out in OpenAPI's terms. */
type Operation = {
  summary: string;
  /** The scope that a bearer token must have, or `any` where each token will do; absent where no token is needed. */
  scope?: Scope | "any";
  /** One schema, or the alternatives of a body. */
  body?: readonly (RequestName | "any")[];
  /** Body and answer are lines of JSON, one document each. */
  lines?: true;
  /** Is a zstd-compressed body taken? Wherever there is a body. */
  answers: Readonly<Partial<Record<"200" | "201" | "202", Answer | readonly AnswerName[]>>>;
  /** Statuses of problem documents beside the ones that every operation may answer. */
  problems: readonly number[];
  query?: readonly string[];
};

const REFUSED_BODY = [400, 413, 415, 422] as const;

/** Every operation under /v1, by path and method. A test compares this with the route files. */
export const OPERATIONS: Readonly<
  Record<string, Readonly<Partial<Record<"get" | "post" | "put", Operation>>>>
> = {
  "/v1/episodes": {
    get: {
      summary: "Search public episodes.",
      answers: { 200: "SearchAnswer" },
      problems: [422],
      query: [
        "q",
        "outcome",
        "language",
        "tool",
        "source",
        "license",
        "disclosure",
        "sort",
        "cursor",
        "limit",
      ],
    },
    post: {
      summary:
        "Send one episode record. Idempotent per account and id: 201 when it is new, 200 for a repetition.",
      scope: "episodes:write",
      body: ["EpisodeUpload", "EpisodeV1"],
      answers: { 200: "Receipt", 201: "Receipt" },
      problems: [...REFUSED_BODY, 409, 410],
    },
  },
  "/v1/episodes/batch": {
    post: {
      summary:
        "Send up to 64 episode records, one JSON document a line, answered by a line each, in order and as soon as it is certain. " +
        "Every record stands for itself: a line says 201, 200 or the problem of that record, and one without a line is not confirmed.",
      scope: "episodes:write",
      body: ["EpisodeUpload", "EpisodeV1"],
      lines: true,
      answers: { 200: "BatchLine" },
      problems: [413, 415],
    },
  },
  "/v1/episodes/presign": {
    post: {
      summary:
        "Announce an upload and get a URL that takes its body once: one of this server, or, where `bytes` and `sha256` are said and there is one, of its object store.",
      scope: "episodes:write",
      body: ["PresignRequest"],
      answers: { 200: "PresignAnswer" },
      problems: REFUSED_BODY,
    },
  },
  "/v1/uploads/{capability}": {
    put: {
      summary: "Send the body of an announced upload. The URL is the permission.",
      body: ["any"],
      answers: { 200: "UploadStored" },
      problems: [404, 409, 410, 413, 415],
    },
  },
  "/v1/episodes/complete": {
    post: {
      summary: "Accept the uploaded body as if it had been posted.",
      scope: "episodes:write",
      body: ["CompleteRequest"],
      answers: { 200: "Receipt", 201: "Receipt" },
      problems: [...REFUSED_BODY, 404, 409, 410],
    },
  },
  "/v1/episodes/{id}": {
    get: {
      summary: "One public episode. Its text is untrusted data.",
      answers: { 200: "PublicEpisode" },
      problems: [404, 410, 451],
    },
  },
  "/v1/episodes/{id}/status": {
    get: {
      summary: "The state of one of the token's account's own uploads, by declared or public id.",
      scope: "read",
      answers: { 200: "OwnStatus" },
      problems: [404],
    },
  },
  "/v1/revocations": {
    post: {
      summary:
        "Withdraw an episode of the token's account. A foreign or unknown id is one and the same 404, and is kept as a " +
        "withdrawal in advance.",
      scope: "episodes:revoke",
      body: ["RevocationRequest"],
      answers: { 200: "RevocationReceipt" },
      problems: [...REFUSED_BODY, 404, 409],
    },
  },
  "/v1/token": {
    get: {
      summary: "What the token in use is: its account, scopes and end.",
      scope: "any",
      answers: { 200: "TokenAnswer" },
      problems: [],
    },
  },
  "/v1/revocations/proofs": {
    post: {
      summary:
        "Withdraw without an account: by the contributor key's signature over one id, or by a revocation key, which withdraws " +
        "everything that was uploaded with its digest. A proof that proves nothing here is answered 202, whatever the cause.",
      body: ["RevocationProof"],
      answers: { 200: ["RevocationReceipt", "CertificateReceipt"], 202: "ProofTaken" },
      problems: [...REFUSED_BODY, 409],
    },
  },
  "/v1/snapshots": {
    post: {
      summary:
        "Register a snapshot that was built elsewhere. It stays private until every row of it is proved.",
      scope: "snapshots:publish",
      body: ["SnapshotRequest"],
      answers: { 200: "SnapshotAnswer", 201: "SnapshotAnswer" },
      problems: [...REFUSED_BODY, 409],
    },
  },
  "/v1/index/upsert-data": {
    post: {
      summary: "Answers the older client's index call. Nothing of the body reaches an index.",
      scope: "episodes:write",
      body: ["UpsertRequest"],
      answers: { 200: "UpsertAnswer" },
      problems: [...REFUSED_BODY, 404],
    },
  },
  "/v1/deny-list": {
    get: {
      summary:
        "Released episodes that were withdrawn or put back, by whole days after `since` (YYYY-MM-DD). Ids and days only.",
      answers: { 200: "DenyListAnswer" },
      problems: [422],
      query: ["since"],
    },
  },
  "/v1/releases": {
    get: {
      summary: "Every release, newest version first.",
      answers: { 200: "ReleaseListAnswer" },
      problems: [],
    },
  },
  "/v1/releases/{version}": {
    get: {
      summary: "One release with its files and manifest.",
      answers: { 200: "ReleaseAnswer" },
      problems: [404],
    },
  },
  "/v1/releases/{version}/files/{name}": {
    get: {
      summary: "The bytes of one file of a release. The etag is the file's SHA-256.",
      answers: { 200: "file" },
      problems: [404, 410, 451],
    },
  },
  "/v1/openapi.json": {
    get: { summary: "This document.", answers: { 200: "document" }, problems: [] },
  },
};

const BATCH =
  "The schema is that of one line. At most 64 lines and 16 MiB, after decompression too, and 8 MiB a line. " +
  "`Content-Encoding: zstd` is accepted: one frame, with a window of at most 8 MiB.";
const EVERYWHERE = [401, 403, 429, 500, 503];
// 403 on a private instance alone
const PUBLIC = [401, 403, 429, 500, 503];

/** The `paths` of an OpenAPI 3.1 document. */
export function pathItems(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(OPERATIONS).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, operationObject(path, operation)]),
      ),
    ]),
  );
}

function operationObject(path: string, operation: Operation): object {
  const { summary, scope, body, lines, query = [] } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
  const parameters = [
    ...inPath.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...query.map((name) => ({ name, in: "query", required: false, schema: { type: "string" } })),
  ];
  return {
    summary: scope && scope !== "any" ? `${summary} Needs the scope ${scope}.` : summary,
    security: scope ? [{ token: [] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(body, lines) } : {}),
    responses: responses(operation),
  };
}

function requestBody(body: NonNullable<Operation["body"]>, lines: true | undefined): object {
  const schemas = body.map((name) => (name === "any" ? {} : schemaRef(name)));
  const schema = schemas.length === 1 ? schemas[0] : { oneOf: schemas };
  return {
    required: true,
    description: lines
      ? BATCH
      : "At most 8 MiB, after decompression too. `Content-Encoding: zstd` is accepted.",
    content: { [lines ? NDJSON : "application/json"]: { schema } },
  };
}

function responses({ scope, answers, problems, lines }: Operation): object {
  const statuses = [...new Set([...problems, ...(scope ? EVERYWHERE : PUBLIC)])].sort((a, b) => a - b);
  const good = Object.entries(answers).map(([status, answer]) => [status, answerObject(answer, lines)]);
  const bad = statuses.map((status) => [String(status), { $ref: "#/components/responses/Problem" }]);
  return Object.fromEntries([...good, ...bad]);
}

function answerObject(answer: Answer | readonly AnswerName[], lines: true | undefined): object {
  if (answer === "file") {
    const schema = { type: "string", format: "binary" };
    return { description: "The file.", content: { "application/octet-stream": { schema } } };
  }
  const schema = answer === "document" ? { type: "object" } : answerSchema(answer);
  return { description: "Done.", content: { [lines ? NDJSON : "application/json"]: { schema } } };
}

function answerSchema(answer: AnswerName | readonly AnswerName[]): object {
  return typeof answer === "string" ? schemaRef(answer) : { oneOf: answer.map((name) => schemaRef(name)) };
}

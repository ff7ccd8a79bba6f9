import { z } from "zod";
import { EpisodeUpload } from "#lib/domain/episode/schema.ts";
import { EpisodeV1 } from "#lib/domain/episode/schema-v1.ts";
import { BatchLine } from "./batch.ts";
import {
  CompleteRequest,
  PresignAnswer,
  PresignRequest,
  Problem,
  Receipt,
  RevocationReceipt,
  RevocationRequest,
  SnapshotAnswer,
  SnapshotRequest,
  TokenAnswer,
  UploadStored,
  UpsertAnswer,
  UpsertRequest,
} from "./messages.ts";
import { PublicEpisodeShape } from "./public-episode.ts";
import {
  DenyListAnswer,
  OwnStatus,
  ReleaseAnswer,
  ReleaseListAnswer,
  SearchAnswer,
} from "./read-messages.ts";
import { CertificateReceipt, ProofTaken, RevocationProof } from "./revocation-proof.ts";

/** What clients send. The schema that reads a body is the schema that describes it. */
const REQUESTS = {
  EpisodeUpload,
  EpisodeV1,
  PresignRequest,
  CompleteRequest,
  RevocationRequest,
  RevocationProof,
  SnapshotRequest,
  UpsertRequest,
};

/** What the platform answers. */
const ANSWERS = {
  Receipt,
  BatchLine,
  PresignAnswer,
  UploadStored,
  RevocationReceipt,
  CertificateReceipt,
  ProofTaken,
  SnapshotAnswer,
  TokenAnswer,
  UpsertAnswer,
  PublicEpisode: PublicEpisodeShape,
  OwnStatus,
  SearchAnswer,
  DenyListAnswer,
  ReleaseListAnswer,
  ReleaseAnswer,
  Problem,
};

export type RequestName = keyof typeof REQUESTS;
export type AnswerName = keyof typeof ANSWERS;

/** A place in `components.schemas`. */
export function schemaRef(name: RequestName | AnswerName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** JSON Schemas (2020-12, as OpenAPI 3.1 has them) of every message by name. */
export function componentSchemas(): Record<string, unknown> {
  return { ...jsonSchemas(REQUESTS, "input"), ...jsonSchemas(ANSWERS, "output") };
}

function jsonSchemas(schemas: Record<string, z.ZodType>, io: "input" | "output"): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
      return [name, json];
    }),
  );
}

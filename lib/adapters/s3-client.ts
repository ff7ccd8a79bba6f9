import { ListObjectsV2Command, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { AppError, isAppError } from "#lib/domain/errors.ts";

/** Where a bucket is and who asks. `endpoint` is left out for AWS itself. */
export type S3Place = {
  bucket: string;
  endpoint: string | undefined;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** `folder` is what all keys of one store begin with, so that two stores in one bucket don't see each other; empty or with a slash at its end. */
export type S3 = {
  client: S3Client;
  bucket: string;
  folder: string;
  /** For what people or a transaction wait for: given to each `send` but those of the parts of a release file. */
  limit: { requestTimeout: number };
};

/** How long a store may take, in milliseconds, before it counts as away. */
export type S3Limits = {
  /** From a request to its answer, for all but parts; a body of an episode on its way included. */
  answerMs: number;
  /** Without a single byte either way: an answer that stops half-way would be waited for without end. */
  idleMs: number;
};

const LIMITS: S3Limits = { answerMs: 20_000, idleMs: 120_000 };
/** No answer to a connection within this is a store that is away, not a slow one. */
const CONNECT_MS = 5_000;
/** A whole request, a part of 8 MiB over a slow line included. */
const REQUEST_MS = 120_000;
const ATTEMPTS = 3;

/** What a full store answers, by vendor; beside the status 507. */
const FULL = new Set(["InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"]);
/** A bucket that is asked for in another region than its own. */
const ELSEWHERE =
  "The bucket of S3_BUCKET lies in another region or at another address: set S3_REGION and S3_ENDPOINT to its own.";
/** What a person has to mend, in words that name no key. */
const REASONS: Readonly<Record<string, string>> = {
  // what is asked without a body is answered without one: the bucket, or an object that is looked for elsewhere
  NotFound: "The bucket of S3_BUCKET does not exist.",
  NoSuchBucket: "The bucket of S3_BUCKET does not exist.",
  AccessDenied:
    "The object store refuses what its key may not do: the key needs to read, write, list and delete.",
  InvalidAccessKeyId: "The object store does not know S3_ACCESS_KEY_ID.",
  // the gateway of Versity says it so
  XAdminUserNotFound: "The object store does not know S3_ACCESS_KEY_ID.",
  SignatureDoesNotMatch:
    "The object store refuses the signature: S3_SECRET_ACCESS_KEY is wrong, or a proxy changes requests.",
  RequestTimeTooSkewed:
    "The clocks of this machine and of the object store are too far apart: set both by a time server.",
  EntityTooLarge: "The object store takes no object of this size.",
  PermanentRedirect: ELSEWHERE,
  TemporaryRedirect: ELSEWHERE,
  AuthorizationHeaderMalformed: ELSEWHERE,
  IllegalLocationConstraintException: ELSEWHERE,
  MethodNotAllowed: "The object store is read-only, or S3_ENDPOINT is not the address of an object store.",
  XMinioServerNotInitialized: "The object store has just been started and is not ready yet.",
  SlowDown: "The object store is overloaded and asks to come back later.",
  ServiceUnavailable: "The object store is overloaded or being looked after: it asks to come back later.",
  BadDigest: "The object store got other bytes than were sent: something on the way changes them.",
  XAmzContentSHA256Mismatch:
    "The object store got other bytes than were sent: something on the way changes them.",
};

/**
 * A client of one bucket. The SDK's own checksums of uploads stay on; answers are checked where the store sends a checksum.
 * Ends with `client.destroy()`.
 */
export function connectS3(place: S3Place, limits: Partial<S3Limits> = {}): Omit<S3, "folder"> {
  const { answerMs, idleMs } = { ...LIMITS, ...limits };
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = place;
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    // a bucket in the host's name needs names and certificates that small servers don't have
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      socketTimeout: idleMs,
      throwOnRequestTimeout: true,
    },
  });
  return { client, bucket, limit: { requestTimeout: answerMs } };
}

/**
 * A client that signs addresses of the bucket for others, as they reach it, and sends nothing itself. With the SDK's usual checksums
 * an address would be good for an empty body only.
 */
export function connectS3Signer(place: S3Place): Omit<S3, "folder"> {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = place;
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { client, bucket, limit: { requestTimeout: LIMITS.answerMs } };
}

/**
 * Throws `unavailable` with what to mend if the bucket can't be reached with this key. Asks for a list, because what is asked by HEAD is
 * refused without a word.
 */
export async function checkBucket({ client, bucket, folder, limit }: S3): Promise<void> {
  await s3Work(() =>
    client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, MaxKeys: 1 }), limit),
  );
}

/** Runs work on the store; a full one throws `storage_full`, every other fault `unavailable`. The cause keeps the store's words. */
export async function s3Work<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw isAppError(cause) ? cause : s3Fault(cause);
  }
}

/** A refusal of the store as an error of ours. */
export function s3Fault(cause: unknown): AppError {
  const { name, status } = s3Answer(cause);
  if (FULL.has(name) || status === 507) return new AppError("storage_full", { cause });
  // a redirect is never followed: the signature was made for this address
  if (status >= 300 && status < 400) return new AppError("unavailable", { detail: ELSEWHERE, cause });
  return new AppError("unavailable", { detail: REASONS[name] ?? answered(name, status), cause });
}

/** What a store says in its own word, where the word is one. */
function answered(name: string, status: number): string {
  if (status === 0) return "The object store does not answer.";
  return /^[A-Za-z]{3,60}$/.test(name)
    ? `The object store answered ${name} (${status}).`
    : `The object store answered ${status}.`;
}

/** The store's name for its refusal and the HTTP status; empty and 0 for what is no answer at all. */
export function s3Answer(error: unknown): { name: string; status: number } {
  if (!(error instanceof S3ServiceException)) return { name: "", status: 0 };
  return { name: error.name, status: error.$metadata.httpStatusCode ?? 0 };
}

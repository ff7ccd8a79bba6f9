import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { AppError } from "#lib/domain/errors.ts";
import { createS3ObjectStore } from "./object-store-s3.ts";
import { connectS3, type S3, type S3Place, s3Answer, s3Work } from "./s3-client.ts";

/** What `prepareBucket` found or did; `cleaning` is the store's own, beside which the sweep clears `incoming/` in any case. */
export type PreparedBucket = {
  bucket: "found" | "made";
  cleaning: "set" | "not_taken";
  /** `unknown` where the store does not say, or not to this key. */
  versions: "none" | "unknown";
};

/** What the store itself clears away, so that nothing of an upload that was broken off stays (security.md 4.6). */
const RULES: readonly LifecycleRule[] = [
  {
    ID: "trace-share-incoming",
    Status: "Enabled",
    Filter: { Prefix: "incoming/" },
    Expiration: { Days: 1 },
  },
  {
    ID: "trace-share-unfinished",
    Status: "Enabled",
    Filter: { Prefix: "" },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  },
];

/**
 * Makes the bucket where it is missing, tries that it writes nothing twice, and sets the rules by which the store clears away what was
 * broken off; rules of others stay. May be run any number of times. Throws `unavailable` with what to mend, and `configuration_invalid` for a
 * bucket that keeps older versions: what was withdrawn would live on in them.
 */
export async function prepareBucket(place: S3Place): Promise<PreparedBucket> {
  const s3 = { ...connectS3(place), folder: "objects/" };
  try {
    const bucket = (await isThere(s3)) ? "found" : await make(s3);
    const versions = await refuseVersions(s3);
    await createS3ObjectStore(s3).ready();
    return { bucket, cleaning: await setRules(s3), versions };
  } finally {
    s3.client.destroy();
  }
}

function isThere({ client, bucket, limit }: S3): Promise<boolean> {
  return s3Work(async () => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }), limit);
      return true;
    } catch (error) {
      // every other refusal of HEAD comes without a word; what follows is refused with one
      if (s3Answer(error).status === 0) throw error;
      return s3Answer(error).status !== 404;
    }
  });
}

async function make({ client, bucket, limit }: S3): Promise<"made"> {
  const region = await client.config.region();
  // AWS wants to be told where, all others know one place only
  const isElsewhere = !client.config.isCustomEndpoint && region !== "us-east-1";
  // the SDK's list of regions ends at its release, hence `as`
  const at = isElsewhere
    ? { CreateBucketConfiguration: { LocationConstraint: region as "eu-central-1" } }
    : {};
  await s3Work(() => client.send(new CreateBucketCommand({ Bucket: bucket, ...at }), limit)).catch(
    (cause: unknown) => {
      throw new AppError("unavailable", {
        detail: "The bucket of S3_BUCKET does not exist, and this key may not make it: make it by hand.",
        cause,
      });
    },
  );
  return "made";
}

async function refuseVersions({ client, bucket, limit }: S3): Promise<PreparedBucket["versions"]> {
  try {
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }), limit);
    if (Status === undefined) return "none";
  } catch (error) {
    if (s3Answer(error).status === 0) throw away(error);
    return "unknown";
  }
  throw new AppError("configuration_invalid", {
    detail:
      "The bucket of S3_BUCKET keeps older versions, in which withdrawn text would live on: use one that never has.",
  });
}

/** Small servers have no such rules: the sweep of the worker does the same there, later. */
async function setRules(s3: S3): Promise<"set" | "not_taken"> {
  const { client, bucket, limit } = s3;
  const mine = new Set(RULES.map(({ ID }) => ID));
  try {
    const others = (await rulesOf(s3)).filter(({ ID }) => !mine.has(ID));
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: [...others, ...RULES] },
      }),
      limit,
    );
    return "set";
  } catch (error) {
    if (s3Answer(error).status === 0) throw away(error);
    return "not_taken";
  }
}

async function rulesOf({ client, bucket, limit }: S3): Promise<LifecycleRule[]> {
  try {
    const { Rules = [] } = await client.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }),
      limit,
    );
    return Rules;
  } catch (error) {
    if (s3Answer(error).name === "NoSuchLifecycleConfiguration") return [];
    throw error;
  }
}

function away(cause: unknown): AppError {
  return new AppError("unavailable", { detail: "The object store does not answer.", cause });
}

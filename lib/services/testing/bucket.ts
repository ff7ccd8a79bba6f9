import { randomBytes } from "node:crypto";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { connectS3, type S3Place } from "#lib/adapters/s3-client.ts";

/** A new bucket of a test's server, and the settings of an instance that has it, which contributors reach as well. */
export async function bucketSettings(
  place: Omit<S3Place, "bucket">,
): Promise<{ bucket: string; env: Record<string, string> }> {
  const bucket = `bucket-${randomBytes(6).toString("hex")}`;
  const { client } = connectS3({ ...place, bucket });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const env = {
    S3_BUCKET: bucket,
    S3_ENDPOINT: place.endpoint ?? "",
    S3_PUBLIC_ENDPOINT: place.endpoint ?? "",
    S3_REGION: place.region,
    S3_ACCESS_KEY_ID: place.accessKeyId,
    S3_SECRET_ACCESS_KEY: place.secretAccessKey,
  };
  return { bucket, env };
}

import type { Deps } from "#lib/ports/deps.ts";
import { createS3IncomingStore } from "./incoming-store-s3.ts";
import { createS3ObjectStore } from "./object-store-s3.ts";
import { createObjectPermanenceLog } from "./permanence-log-objects.ts";
import { connectS3, connectS3Signer, type S3Place } from "./s3-client.ts";
import { createStoreOwner } from "./store-owner-objects.ts";

const OBJECTS = "objects/";
const NEVER_FORGET = "never-forget/";
const OWNER = "owner/";

type BucketStorage = Pick<Deps, "objects" | "incoming" | "storeOwner" | "permanence"> & { close(): void };

/**
 * Everything of an instance that lies in a bucket, each kind in a folder of its own. The key of a web process may write the never-forget log
 * and `incoming/` only, so readiness is tried where the role may write.
 */
export function openBucket(
  place: S3Place & { publicEndpoint: string | undefined },
  role: "web" | "worker",
): BucketStorage {
  const s3 = connectS3(place);
  const { publicEndpoint } = place;
  const signer =
    publicEndpoint === undefined ? null : connectS3Signer({ ...place, endpoint: publicEndpoint });
  const probed = role === "worker" ? OBJECTS : NEVER_FORGET;
  return {
    objects: createS3ObjectStore({ ...s3, folder: OBJECTS }, probed),
    incoming: signer && createS3IncomingStore(s3, signer),
    storeOwner: createStoreOwner(createS3ObjectStore({ ...s3, folder: OWNER })),
    permanence: createObjectPermanenceLog(createS3ObjectStore({ ...s3, folder: NEVER_FORGET })),
    close: () => {
      s3.client.destroy();
      signer?.client.destroy();
    },
  };
}

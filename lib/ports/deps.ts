import type { IncomingStore } from "./incoming-store.ts";
import type { JobOffice } from "./jobs.ts";
import type { KeyValue } from "./key-value.ts";
import type { Metrics } from "./metrics.ts";
import type { ObjectStore } from "./object-store.ts";
import type { PermanenceLog } from "./permanence-log.ts";
import type { SearchIndex } from "./search-index.ts";
import type { Signer } from "./signer.ts";
import type { StoreOwner } from "./store-owner.ts";
import type { Store } from "./store.ts";
import type { UploadReader } from "./upload-reader.ts";
import type { Clock, Codec, Ids, Log, Mailer } from "./system.ts";

/** How this instance decides. Values come from the settings, once, at start. */
export type InstanceRules = {
  /** Base of every URL that the platform writes; never taken from a request. */
  publicUrl: string;
  releasePolicy: "review_all" | "trusted" | "auto";
  /** Keys derived labels and capabilities; from the data folder's secrets. */
  secret: string;
  /** Bytes of bodies that may wait in the database for the object store; above it uploads are refused for a while. */
  stagingBytes: number;
};

/** Everything a use case may reach. Services are plain functions `(deps, actor, input)`. */
export type Deps = {
  store: Store;
  objects: ObjectStore;
  /** Where clients may send bodies past us; null where the object store can't be reached by them. */
  incoming: IncomingStore | null;
  /** Who the object store belongs to; null where it can't be shared by mistake: a data folder has a lock of its own. */
  storeOwner: StoreOwner | null;
  search: SearchIndex;
  keyValue: KeyValue;
  permanence: PermanenceLog;
  jobOffice: JobOffice;
  codec: Codec;
  uploadReader: UploadReader;
  clock: Clock;
  ids: Ids;
  log: Log;
  metrics: Metrics;
  mailer: Mailer;
  signer: Signer;
  rules: InstanceRules;
};

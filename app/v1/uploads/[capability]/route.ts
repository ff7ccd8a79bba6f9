import { route } from "#app/_server/route.ts";
import { putUpload } from "#lib/services/uploads.ts";

/** Takes the body of an announced upload. The URL itself is the capability; it is good for one body and 15 minutes. */
export const PUT = route<Uint8Array>(
  { auth: "open", limit: "upload", input: "bytes" },
  async ({ deps, input, params }) => {
    await putUpload(deps, { capability: params["capability"] ?? "", bytes: input });
    return { status: 200, body: { status: "stored" } };
  },
);

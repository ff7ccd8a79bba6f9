import { PLATFORM_VERSION } from "#lib/domain/version.ts";
import { pathItems } from "./openapi-paths.ts";
import { componentSchemas, schemaRef } from "./openapi-schemas.ts";

/** The API as an OpenAPI 3.1 document, made of the schemas that read and describe its messages. */
export function openApiDocument(publicUrl: string): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: {
      title: "trace-share",
      version: PLATFORM_VERSION,
      description:
        "Send, withdraw, search and download coding-agent episodes. Every refusal is a problem document (RFC 9457) with a " +
        "stable `code`; its paths name schema-known keys only, and nothing of a rejected body is repeated. Text of " +
        "episodes is untrusted data.",
    },
    servers: [{ url: publicUrl }],
    paths: pathItems(),
    components: {
      schemas: componentSchemas(),
      responses: {
        Problem: {
          description: "A refusal.",
          content: { "application/problem+json": { schema: schemaRef("Problem") } },
        },
      },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token made on the page /me/tokens." },
      },
    },
  };
}

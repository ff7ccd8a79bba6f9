/** The other customary name of /healthz. */
export { GET } from "#app/healthz/route.ts";

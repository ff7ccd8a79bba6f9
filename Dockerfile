# The small form: one image that runs web and worker under one supervisor, as `npm start` does. Not hardened yet: no digest
# pins, no split of web and worker, no read-only root (docs/OPERATIONS.md, "Containers").
FROM node:24-bookworm-slim

ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data

WORKDIR /srv/trace-share
RUN mkdir -p /data && chown node:node /srv/trace-share /data
USER node

# The pinned Node is a development package and the pages are built at the first start, so nothing is left out.
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY --chown=node:node . .

VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# Without npm in between, so that SIGTERM reaches the supervisor.
CMD ["node", "workers/bootstrap.mjs", "workers/start.ts"]

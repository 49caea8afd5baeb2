# The service in an image: packages are installed (and SQLite's driver compiled, where no built one can be had) in the first
# stage, the second holds what runs. Everything that lasts is in /data.
FROM node:22-bookworm AS packages
WORKDIR /opt/nightdesk
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:22-bookworm-slim
ENV NODE_ENV=production NIGHTDESK_DATA=/data NIGHTDESK_HOST=0.0.0.0 NIGHTDESK_CONFIG=/etc/nightdesk/nightdesk.json
WORKDIR /opt/nightdesk
COPY --from=packages /opt/nightdesk/node_modules node_modules
COPY package.json tsconfig.json knexfile.ts ./
COPY src src
COPY jobs jobs
COPY templates templates
COPY deploy/nightdesk.json /etc/nightdesk/nightdesk.json
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and hands SIGTERM to the service itself, which ends or hands back its step within queue.stop_within_s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-old-space-size=320", "--max-semi-space-size=32", "--import", "tsx", "jobs/main.ts"]
CMD ["start"]

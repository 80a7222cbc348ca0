# Signalbox needs no build: Node runs its TypeScript as it is. The database is a PostgreSQL beside it (DATABASE_URL), so
# the private server's binaries and the Node that npm would bring are left out as optional dependencies.
FROM node:24-slim

# git and a shell carry out `run` stages; make is what most of them call; certificates are for git over HTTPS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git make \
  && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

COPY app.yml manifest.yml LICENSE ./
COPY src ./src

# The bot owns its data and nothing else; the code stays root's, so that no command can change it.
RUN mkdir /data && chown node:node /data
USER node
ENV DATA_DIR=/data PORT=3000
# malloc keeps what it is given back in one place, not in one for each thread: 4 to 10 MB less.
ENV MALLOC_ARENA_MAX=1
# Compiled beforehand, by the user and the flags that it runs with: a new container starts as soon and as small as one
# that is started again.
RUN ["node", "--max-semi-space-size=4", "--heap-growing-percent=25", "--liftoff-only", "--no-maglev", "--no-parallel-scavenge", "--input-type=module", \
  "--eval", "await import('./src/signalbox.js'); await import('./src/start-bot.ts'); await import('./src/network.ts')", "--", "start", "--help"]
VOLUME /data
EXPOSE 3000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Node is started itself, without npm between, so that it gets the signal to stop. The flags are those of `npm start`.
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=25", "--liftoff-only", "--no-maglev", "--no-parallel-scavenge", "src/signalbox.js"]

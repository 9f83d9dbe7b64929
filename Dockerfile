# One image for all processes: `docker run cookie-monster:0.1.0 api`, or `worker`.
# Debian, because the native core of Temporal's SDK needs glibc.
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
# The package's own prepare script builds dist/, for which the sources are not here yet.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM base
ENV NODE_ENV=production \
    COOKIE_MONSTER_HOME=/var/lib/cookie-monster
RUN mkdir -p "$COOKIE_MONSTER_HOME" && chown node:node "$COOKIE_MONSTER_HOME"
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY configs ./configs
COPY rules ./rules
COPY resources ./resources
# The user node, by number, for platforms that refuse root and cannot look names up.
USER 1000:1000
VOLUME /var/lib/cookie-monster
EXPOSE 5000
# Node is process 1 and gets SIGTERM itself.
ENTRYPOINT ["node", "bin/cookie-monster.js"]
CMD ["api"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 5000) + '/healthz', { headers: { accept: 'application/json' } }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

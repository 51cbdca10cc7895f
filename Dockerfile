# syntax=docker/dockerfile:1
ARG NODE=24-trixie-slim

FROM node:${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

# What runs: without the tools that build, and without the Node that the package brings for machines that have none.
FROM node:${NODE} AS modules
WORKDIR /modules
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM node:${NODE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=node --group=node --mode=0700 /var/lib/broadsheet \
 && install --directory /etc/broadsheet
COPY --from=modules /modules/node_modules /opt/broadsheet/node_modules
COPY --from=build /build/package.json /build/LICENSE /opt/broadsheet/
COPY --from=build /build/app/bin.js /build/app/node24.js /opt/broadsheet/app/
COPY --from=build /build/dist /opt/broadsheet/dist
RUN printf '#!/bin/sh\nexec node /opt/broadsheet/app/bin.js "$@"\n' > /usr/local/bin/broadsheet \
 && chmod 0755 /usr/local/bin/broadsheet

ENV NODE_ENV=production \
    BROADSHEET_DATA=/var/lib/broadsheet \
    BROADSHEET_HTTP_HOST=0.0.0.0
# broadsheet.yaml is looked for here; without one, variables say everything.
WORKDIR /etc/broadsheet
USER node
VOLUME /var/lib/broadsheet
EXPOSE 8025
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8025/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# tini reaps what ends, and hands SIGTERM to the daemon, which is gone ten seconds later.
ENTRYPOINT ["tini", "--", "broadsheet"]
CMD ["serve"]

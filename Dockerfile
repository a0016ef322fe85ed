# Tandem as one container: docker build -t tandem . && docker run -p 8000:8000 -v tandem:/data tandem
# docs/deploying.md tells the rest.
FROM denoland/deno:2.9.6

WORKDIR /app
COPY deno.json deno.lock mod.ts ./
COPY routes routes
COPY src src
COPY weights weights
# What the server imports is fetched now, so that it starts without a network.
RUN deno cache routes/start.ts src/service/decoding_worker.ts \
  && mkdir /data && chown deno:deno /data

USER deno
VOLUME /data
ENV HOST=0.0.0.0 PORT=8000 STORE=/data/tandem.kv LOG=json
EXPOSE 8000
HEALTHCHECK CMD ["deno", "eval", "--no-config", "const { ok } = await fetch('http://127.0.0.1:' + Deno.env.get('PORT') + '/readyz'); Deno.exit(ok ? 0 : 1)"]
CMD ["deno", "run", "--no-prompt", "--cached-only", "--allow-net", "--allow-read", "--allow-write=/data", "--allow-env", "routes/start.ts"]

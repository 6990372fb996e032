#!/bin/bash
# Logins, signed tokens and assertions, checked by oidc-provider and jose. SERVERS: the folder of the other servers.
NAME=signed-gateway; . "$SERVERS/_lib.sh"
js oidc-provider@9 express@4 jose@6
cd "$DATA"
ln -sfn "$INST/node_modules" node_modules; cp "$HERE/server.mjs" .
bg node server.mjs "$PORT"
wait_url "$BASE/oidc/.well-known/openid-configuration" 60
ready "keys of the environment: RSA_KEY, EC_KEY, SHARED_KEY"

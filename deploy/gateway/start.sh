#!/bin/sh
# Starts the gateway in its container. The launcher of the credential resolver holds the gateway's token, so it is
# written anew at each start, into the container and not into the volume.
set -eu
cd "$(dirname "$0")/../.."

export OPENCLAW_CONFIG_PATH="$OPENCLAW_STATE_DIR/openclaw.json"
export OPENCLAW_DISABLE_BONJOUR=1 OPENCLAW_NO_RESPAWN=1 OPENCLAW_EXEC_SHELL_SNAPSHOT=0 NO_COLOR=1
# Each agent's would keep a copy of the whole config, with all other tenants in it.
export OPENCLAW_TRAJECTORY=0
export COGNI_BRIDGE_DIR="$PWD/plugins/cogni-bridge"
export COGNI_GATEWAY_LOG="$OPENCLAW_STATE_DIR/cogni/gateway.log"
COGNI_RESOLVER=$(node plugins/cogni-bridge/resolver/launcher.ts "${RESOLVER_DIR:-$HOME/resolver}")
export COGNI_RESOLVER

node deploy/gateway/seed.ts
# Before anyone is served, and only what is not there yet: a fresh volume, or a newer image. A channel that lacks its plugin
# says so on its card, and keeps no other from running.
npm_config_cache="$PWD/.plugin-cache" npm_config_registry=$(cat .plugin-cache/registry) npm_config_offline=true \
  node deploy/gateway/channel-plugins.ts || true
exec node node_modules/openclaw/openclaw.mjs gateway --port "$OPENCLAW_GATEWAY_PORT"

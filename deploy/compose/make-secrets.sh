#!/bin/sh
# Makes the files that compose.yaml hands out, those that are not there yet. The folder is its owner's alone; the files in
# it can be read by every user of a container, which is how they get in.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
chmod 0700 secrets

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}
put() {
  [ -e "secrets/$1" ] || printf '%s\n' "$2" > "secrets/$1"
  chmod 0444 "secrets/$1"
}

put postgres_password "$(password)"
put redis_password "$(password)"
put grafana_password "$(password)"
put secrets "$(password)"
put vault_keys "$(password)"
put store "postgres://broadsheet:$(cat secrets/postgres_password)@postgres:5432/broadsheet"
put redis "redis://:$(cat secrets/redis_password)@redis:6379"
echo "deploy/compose/secrets is ready. Keep it: links in letters are signed with its file \"secrets\", second factors are sealed with \"vault_keys\"."

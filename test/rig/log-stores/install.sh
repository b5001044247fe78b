#!/usr/bin/env bash
# Fetches Elasticsearch and OpenSearch from Maven Central, where they lie as libraries, and compiles a main for each.
# Idempotent: each lies in the cache under a name that holds its version and what it was made from. Needs Maven and a JDK.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dingo-recover-rig
work=$cache/work/log-stores
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

say() { printf '[log stores %4ss] %s\n' "$SECONDS" "$*"; }

# log_store NAME: $cache/NAME with lib/ and classes/.
log_store() {
  local name=$1 key target start=$SECONDS
  key=$(cat "$here/$name/pom.xml" "$here/$name/Server.java" | sha256sum | cut -c1-12)
  target=$cache/$name-$key
  if [ ! -d "$target" ]; then
    say "$name: fetching"
    rm -rf "${work:?}/$name"
    mkdir -p "$work/$name/classes"
    mvn -q -B -f "$here/$name/pom.xml" "$plugin:copy-dependencies" "-DoutputDirectory=$work/$name/lib" \
      > "$cache/mvn-$name.log" 2>&1 || { tail -20 "$cache/mvn-$name.log"; return 1; }
    javac -nowarn -cp "$work/$name/lib/*" -d "$work/$name/classes" "$here/$name/Server.java"
    mv "$work/$name" "$target"
    say "$name: $(du -sh "$target" | cut -f1) in $((SECONDS - start)) s"
  else
    say "$name: is there"
  fi
  ln -sfn "$name-$key" "$cache/$name"
}

mkdir -p "$work"
for name in elasticsearch-7.6.1 elasticsearch-8.18.0 opensearch-2.19.1; do log_store "$name"; done

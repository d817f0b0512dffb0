#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings the clients that are no Python and no node packages, each into build/clients/NAME: fetches their
# libraries, and compiles the walks of those that are compiled.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tests/clients/make.sh java|libcurl|go|rust ...

  java     fetches the jars, with Maven
  libcurl  builds a walk, with the C compiler
  go       builds two walks, with Go 1.21 or newer
  rust     builds a walk, with Rust 1.88 or newer

What Rust compiled, 600 MB, is kept in SCHEMAD_CLIENTS_CACHE, else in ~/.cache/schemad-clients: it takes three
minutes of processor time. Go keeps its own.

Debian 12 has neither of the last two. Where a toolchain is missing or too old, build/clients/NAME/missing
says so, and the tests that need it are left out.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../../build/clients

# as_new NAME VERSION LEAST: else it is written down what is missing.
as_new() {
    if [ -z "$2" ]; then
        echo "toolchain: $1 is not installed"
    elif [ "$(printf '%s\n' "$2" "$3" | sort -V | head -1)" != "$3" ]; then
        echo "toolchain: $1 $2 is older than $3"
    fi >"$build/$1/missing"
    if [ -s "$build/$1/missing" ]; then
        cat "$build/$1/missing"
        return 1
    fi
    rm "$build/$1/missing"
}

# unchanged NAME: what was built last is what would be built now.
unchanged() {
    [ -d "$build/$1/source" ] && diff -r -q "$here/$1" "$build/$1/source" >/dev/null
}

done_with() {
    rm -rf "${build:?}/$1/source"
    cp -r "$here/$1" "$build/$1/source"
}

make_java() {
    unchanged java && return
    cp "$here/java/pom.xml" "$build/java/pom.xml"
    mvn -q -B -f "$build/java/pom.xml" dependency:copy-dependencies -DoutputDirectory="$build/java/lib"
    done_with java
}

make_libcurl() {
    gcc -std=c17 -Wall -Wextra -Werror -O1 -o "$build/libcurl/walk" "$here/walk_libcurl.c" -lcurl
}

# Without cgo: the client for the registry is Go alone, what binds librdkafka is not linked.
make_go() {
    as_new go "$(go env GOVERSION 2>/dev/null | sed 's/^go//')" 1.21 || return 0
    unchanged go && return
    rm -rf "$build/go/module"
    cp -r "$here/go" "$build/go/module"
    (cd "$build/go/module" && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -o "$build/go/" ./...)
    done_with go
}

make_rust() {
    local target=${SCHEMAD_CLIENTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/schemad-clients}/rust
    as_new rust "$(rustc --version 2>/dev/null | cut -d ' ' -f 2)" 1.88 || return 0
    unchanged rust && return
    mkdir -p "$build/rust/crate"
    cp -r "$here/rust/." "$build/rust/crate/"
    cargo build --quiet --manifest-path "$build/rust/crate/Cargo.toml" --target-dir "$target"
    cp "$target/debug/walk" "$build/rust/walk"
    done_with rust
}

if [ $# = 0 ]; then
    usage >&2
    exit 2
fi
for name; do
    case $name in
    java | libcurl | go | rust) mkdir -p "$build/$name" && "make_$name" ;;
    --help | -h) usage ;;
    *) usage >&2; exit 2 ;;
    esac
done

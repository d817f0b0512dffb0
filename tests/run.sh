#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything with one command: installs what the tests need, builds `dev`, runs ctest, pytest and a short
# fuzz, and ends with each part's own closing line, its seconds, and what was skipped and why.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

usage() {
    cat <<'TEXT'
usage: tests/run.sh [--quick] [--no-skip] [--only PART] [--fuzz-seconds N]

  --quick           installs nothing and does not fuzz: for the desk
  --no-skip         a skipped test is a failure, unless it needs the reference data and there is none, or a
                    toolchain that Debian 12 does not have
  --only PART       packages, python, node, clients, build, ctest, pytest or fuzz; may be given more than once
  --fuzz-seconds N  how long each fuzz target may run (20)

SCHEMAD_SHARED names the folder with the reference data; ../shared unless set.
TEXT
}

quick=no no_skip=no only=" " fuzz_seconds=20
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --no-skip) no_skip=yes ;;
    --only)
        case ${2:?--only needs a part} in
        packages | python | node | clients | build | ctest | pytest | fuzz) only+="$2 " ;;
        *) echo "tests/run.sh: no part is called $2" >&2; exit 2 ;;
        esac
        shift
        ;;
    --fuzz-seconds) fuzz_seconds=${2:?--fuzz-seconds needs a number}; shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "tests/run.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
    esac
    shift
done
if [ $quick = yes ] && [ $no_skip = yes ]; then
    echo "tests/run.sh: --quick skips; it does not go with --no-skip" >&2
    exit 2
fi

bin=$root/build/dev
venv=$root/build/venv
logs=$root/build/test-logs
jobs=$(nproc)
mkdir -p "$logs"
rm -f "$logs"/*

closing=() seconds=() skipped=() allowed=() failed=()

say() { printf '\n== %s\n' "$*"; }
fail() { failed+=("$1"); }
skip() { skipped+=("$1"); }

# part NAME FUNCTION: runs it and keeps its time. What fails is remembered; the other parts still run.
part() {
    local name=$1 begin=$SECONDS
    if [ "$only" != " " ] && [[ $only != *" $name "* ]]; then
        return
    fi
    say "$name"
    "$2"
    seconds+=("$(printf '%-10s %4d s' "$name" $((SECONDS - begin)))")
}

# ---- what the tests need

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# A probe and the Debian package that brings what it looks for.
needs=(
    "command -v gcc|gcc libc6-dev"
    "command -v cmake|cmake"
    "command -v ninja|ninja-build"
    "command -v pkg-config|pkg-config"
    "command -v git|git"
    "command -v python3|python3"
    "python3 -c 'import venv,ensurepip'|python3-venv"
    "pkg-config --exists nettle|nettle-dev"
    "pkg-config --exists sqlite3|libsqlite3-dev"
    "pkg-config --exists jansson|libjansson-dev"
    "pkg-config --exists zlib|zlib1g-dev"
    "pkg-config --exists libisal|libisal-dev"
    "pkg-config --exists libzstd|libzstd-dev"
    "pkg-config --exists libmicrohttpd|libmicrohttpd-dev"
    "pkg-config --exists libsodium|libsodium-dev"
    "command -v avrocat|avro-bin"
    "command -v zstd|zstd"
    "command -v curl|curl"
    "pkg-config --exists libcurl|libcurl4-openssl-dev"
    "pkg-config --exists rdkafka|librdkafka-dev"
    "pkg-config --exists cmocka|libcmocka-dev"
    "command -v clang-14 || command -v clang|clang-14"
    "ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a|libclang-rt-14-dev"
    "command -v node|nodejs"
    "command -v npm|npm"
    "command -v javac|default-jdk-headless"
    "command -v mvn|maven"
)

missing_packages() {
    local need
    for need in "${needs[@]}"; do
        sh -c "${need%|*}" >/dev/null 2>&1 || printf '%s ' ${need##*|}
    done
}

packages() {
    local missing
    missing=$(missing_packages)
    if [ -z "$missing" ]; then
        echo "every Debian package is there"
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "apt-get is not there; please install: $missing"
        fail "packages: missing $missing"
        return
    fi
    echo "installing with apt-get: $missing"
    export DEBIAN_FRONTEND=noninteractive
    if ! { as_root apt-get update -q && as_root apt-get install -q -y --no-install-recommends $missing; } \
        >"$logs/apt.log" 2>&1; then
        tail -5 "$logs/apt.log"
        fail "packages: apt-get could not install: $missing"
        return
    fi
    echo "installed"
}

python_packages() {
    local mark=$venv/.requirements
    if cmp -s tests/requirements.txt "$mark" && "$venv/bin/python" -c 'import pytest' 2>/dev/null; then
        echo "the Python packages of tests/requirements.txt are there"
        return
    fi
    echo "installing the Python packages of tests/requirements.txt into build/venv"
    if ! { python3 -m venv --clear "$venv" &&
        "$venv/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt; } \
        >"$logs/pip.log" 2>&1; then
        tail -3 "$logs/pip.log"
        rm -rf "$venv"
        return
    fi
    cp tests/requirements.txt "$mark"
}

node_packages() {
    local mark=tests/clients/node_modules/.package.json
    if cmp -s tests/clients/package.json "$mark"; then
        echo "the npm packages of tests/clients/package.json are there"
        return
    fi
    echo "installing the npm packages of tests/clients/package.json into tests/clients/node_modules"
    rm -rf tests/clients/node_modules
    if ! npm --prefix tests/clients install --no-package-lock --no-audit --no-fund --ignore-scripts \
        --loglevel=error >"$logs/npm.log" 2>&1; then
        tail -3 "$logs/npm.log"
        rm -rf tests/clients/node_modules
        return
    fi
    cp tests/clients/package.json "$mark"
}

# The clients that are no packages of Python or node. What fails here is missed, with its reason, by pytest.
clients() {
    local name
    for name in java libcurl go rust; do
        if ! tests/clients/make.sh $name >"$logs/client-$name.log" 2>&1; then
            tail -3 "$logs/client-$name.log"
        elif [ -s build/clients/$name/missing ]; then
            cat build/clients/$name/missing
        else
            echo "built build/clients/$name"
        fi
    done
}

# ---- building

# configure PRESET: with Ninja where there is one; a build folder keeps the generator it began with.
configure() {
    local generator=()
    if [ ! -f "build/$1/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    cmake --preset "$1" "${generator[@]}" >"$logs/configure-$1.log" 2>&1 || {
        tail -20 "$logs/configure-$1.log"
        return 1
    }
}

# make_all PRESET [TARGET]: quiet when all is well.
make_all() {
    configure "$1" && cmake --build "build/$1" -j "$jobs" --target "${2:-all}" >"$logs/build-$1.log" 2>&1 || {
        grep -E -A5 'error|FAILED|undefined' "$logs/build-$1.log" | head -60
        return 1
    }
}

build() {
    if make_all dev; then
        echo "built build/dev"
    else
        fail "build: the preset dev does not build"
    fi
}

# ---- running

# ctest_skips LAST_LOG CTEST_LOG: a program's own reasons; else what cmocka skipped of it; else its name.
ctest_skips() {
    awk '
        / Test: / { name = $3; reasons = 0; delete skipped }
        /^SKIPPED: / { print name ": " substr($0, 10); reasons++; said[name] = 1 }
        /^\[ +SKIPPED +\] [A-Za-z_]/ { skipped[$4] = 1; said[name] = 1 }
        /^<end of output>/ { if (!reasons) for (test in skipped) print name ": " test ": no reason given" }
        /\*\*\*Skipped/ { sub(/.*Test +#[0-9]+: /, ""); if (!($1 in said)) print $1 ": no reason given" }
    ' "$@" | sort -u
}

run_ctest() {
    local line wanted=(--output-on-failure --no-tests=error -j "$jobs")
    if ! ctest --test-dir "$bin" "${wanted[@]}" 2>&1 | tee "$logs/ctest.log"; then
        fail "ctest"
    fi
    closing+=("ctest:  $(grep -E 'tests passed' "$logs/ctest.log" || echo 'did not come to an end')")
    cp "$bin/Testing/Temporary/LastTest.log" "$logs/" 2>/dev/null || return 0
    while IFS= read -r line; do
        closing+=("        $line")
    done < <(grep -hE '^corpus[: ]' "$logs/LastTest.log" | sort -u)
    while IFS= read -r line; do
        note_skip "ctest: $line"
    done < <(ctest_skips "$logs/LastTest.log" "$logs/ctest.log")
}

# note_skip REASON: excused is what needs reference data that is not there, or a toolchain that Debian 12 does
# not have; nothing else is.
note_skip() {
    if [[ $1 == *shared* ]] && [ ! -d "${SCHEMAD_SHARED:-$root/../shared}" ]; then
        allowed+=("$1 (excused: no reference data here)")
    elif [[ $1 == *": toolchain: "* ]]; then
        allowed+=("$1 (excused: Debian 12 has none that is new enough)")
    else
        skip "$1"
    fi
}

run_pytest() {
    local folder folders=() line status=0
    for folder in tests/http tests/retention tests/docs tests/clients tests/producer tests/kafka; do
        if compgen -G "$folder/test_*.py" >/dev/null; then
            folders+=("$folder")
        else
            skip "pytest: no test in $folder"
        fi
    done
    if [ ${#folders[@]} = 0 ]; then
        return
    fi
    if [ ! -x "$venv/bin/pytest" ]; then
        skip "pytest: the packages of tests/requirements.txt are not installed (build/test-logs/pip.log)"
        return
    fi
    if [ ! -d tests/clients/node_modules ]; then
        skip "pytest: the packages of tests/clients/package.json are not installed (build/test-logs/npm.log)"
    fi
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tests/http${PYTHONPATH:+:$PYTHONPATH}" \
        "$venv/bin/pytest" -rs -n "$jobs" --dist loadfile -p no:cacheprovider --color=no \
        "${folders[@]}" 2>&1 |
        tee "$logs/pytest.log" || status=$?
    if [ $status != 0 ]; then
        fail "pytest"
    fi
    closing+=("pytest: $(tail -1 "$logs/pytest.log")")
    while IFS= read -r line; do
        closing+=("        $line")
    done < <(grep -E '^retention: ' "$logs/pytest.log")
    if [ -f "$logs/clients.txt" ]; then
        closing+=("clients:" "$(sed 's/^/        /' "$logs/clients.txt")")
    fi
    while IFS= read -r line; do
        note_skip "pytest: $line"
    done < <(grep -E '^SKIPPED \[' "$logs/pytest.log")
}

# ---- fuzzing

# floor TARGET: the executions below which the run says nothing.
floor() {
    case $1 in
    *avro*) echo 100000 ;;
    *) echo 1000 ;;
    esac
}

# seeds TARGET: the folders to start from. Those of the tree, and those seeds.py makes of the corpora.
seeds() {
    local folder
    for folder in "tests/fuzz/seeds/$1" "build/fuzz/seeds/$1"; do
        [ -d "$folder" ] && echo "$folder"
    done
    return 0
}

# fuzz_one NAME: bounded in runs and in seconds; a target with a high floor may take four times as long.
fuzz_one() {
    local name=$1 kept=build/fuzz/kept/$1 least
    least=$(floor "$name")
    mkdir -p "$kept" build/fuzz/artifacts
    local longest=$fuzz_seconds
    if [ "$least" -gt 1000 ]; then
        longest=$((fuzz_seconds * 4))
    fi
    "build/fuzz/fuzz_$name" -runs=$((least > 200000 ? least : 200000)) -max_total_time=$longest -timeout=20 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=build/fuzz/artifacts/ \
        "$kept" $(seeds "$name") >"$logs/fuzz-$name.log" 2>&1 </dev/null
}

fuzz_judge() {
    local name=$1 status=$2 units least
    least=$(floor "$name")
    units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/fuzz-$name.log" | tail -1)
    closing+=("fuzz:   fuzz_$name: ${units:-0} executions")
    echo "fuzz_$name: ${units:-0} executions"
    if [ "$status" != 0 ]; then
        grep -vE '^#[0-9]+' "$logs/fuzz-$name.log" | tail -40
        fail "fuzz_$name: see build/test-logs/fuzz-$name.log, build/fuzz/artifacts/"
    elif [ "${units:-0}" -lt "$least" ]; then
        fail "fuzz_$name: ${units:-0} executions, at least $least are wanted"
    fi
}

fuzz() {
    local file name running=() names=()
    if ! compgen -G "tests/fuzz/fuzz_*.c" >/dev/null; then
        skip "fuzz: no target in tests/fuzz"
        return
    fi
    if ! make_all fuzz fuzzers; then
        fail "fuzz: the preset fuzz does not build"
        return
    fi
    if [ -f tests/fuzz/seeds.py ] && ! python3 tests/fuzz/seeds.py build/fuzz/seeds; then
        fail "fuzz: tests/fuzz/seeds.py"
    fi
    for file in tests/fuzz/fuzz_*.c; do
        name=$(basename "$file" .c)
        name=${name#fuzz_}
        fuzz_one "$name" &
        running+=($!)
        names+=("$name")
        if [ ${#running[@]} -ge "$jobs" ]; then
            fuzz_wait
        fi
    done
    fuzz_wait
}

# Waits for the targets that run side by side; `running` and `names` are those of fuzz.
fuzz_wait() {
    local i status
    for i in "${!running[@]}"; do
        status=0
        wait "${running[$i]}" || status=$?
        fuzz_judge "${names[$i]}" $status
    done
    running=() names=()
}

# ---- the door

summary() {
    local line
    say "summary"
    for line in "${closing[@]+"${closing[@]}"}"; do echo "$line"; done
    echo
    echo "seconds per part:"
    for line in "${seconds[@]+"${seconds[@]}"}"; do echo "  $line"; done
    echo
    if [ ${#failed[@]} -gt 0 ]; then
        echo "failed:"
        for line in "${failed[@]}"; do echo "  $line"; done
    fi
    if [ ${#skipped[@]} = 0 ] && [ ${#allowed[@]} = 0 ]; then
        echo "skipped: nothing"
    else
        echo "skipped:"
        for line in "${skipped[@]+"${skipped[@]}"}"; do echo "  $line"; done
        for line in "${allowed[@]+"${allowed[@]}"}"; do echo "  $line"; done
    fi
}

export SCHEMAD_BIN_DIR=$bin SCHEMAD_SOURCE=$root
export SCHEMAD_SHARED=${SCHEMAD_SHARED:-$root/../shared}
if [ ! -d "$SCHEMAD_SHARED" ]; then
    echo "no reference data in $SCHEMAD_SHARED: what compares with it is skipped"
fi

if [ $quick = no ]; then
    part packages packages
    part python python_packages
    part node node_packages
    part clients clients
fi
part build build
part ctest run_ctest
part pytest run_pytest
if [ $quick = no ]; then
    part fuzz fuzz
else
    skip "fuzz: --quick"
fi

summary
if [ ${#failed[@]} -gt 0 ] || { [ $no_skip = yes ] && [ ${#skipped[@]} -gt 0 ]; }; then
    echo "NOT everything passed"
    exit 1
fi
echo "everything passed"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures schemad beside a baseline, in turns, and prints ratios: figures of one machine at one moment mean
# nothing alone. Needs wrk and curl.
#   bench/run.sh [--build FOLDER] [--pairs N] [--seconds N]
#                [--only read,start,memory,scale,stall,retention,producer]
# "producer" is bench/producer/run.sh, which takes minutes and is run only when it is asked for.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/release pairs=5 seconds=3 only=read,start,memory,scale,stall,retention runs=20
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$2 ;;
        --pairs) pairs=$2 ;;
        --seconds) seconds=$2 ;;
        --only) only=$2 ;;
        *) echo "bench/run.sh: unknown argument $1" >&2; exit 2 ;;
    esac
    shift 2
done

for tool in wrk curl; do
    command -v "$tool" >/dev/null || { echo "bench/run.sh: $tool is not installed" >&2; exit 2; }
done
[ -x "$build/schemad" ] || { cmake --preset release >/dev/null; cmake --build --preset release; }
cmake --build "$build" --target bench-programs >/dev/null

work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

# begin NAME COMMAND...: starts a server, waits for its line; the address goes to $url, the process to $pid.
begin() {
    local name=$1
    shift
    "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    pids+=("$pid")
    for _ in $(seq 500); do
        if grep -qs ready "$work/$name.out"; then
            url=$(sed -n 's/.* ready //p' "$work/$name.out")
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    echo "bench/run.sh: $name did not start" >&2
    cat "$work/$name.err" >&2
    exit 1
}

wants() { [[ ",$only," == *",$1,"* ]]; }
rate() {
    wrk -t2 -c64 -d"${seconds}s" "$1" | awk '/Requests\/sec/ { print $2 } /Non-2xx|Socket errors/ { exit 1 }'
}
median() {
    sort -n | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}
resident() { awk '/VmRSS/ { print $2 }' "/proc/$1/status"; }

# cpu PID: nanoseconds that its threads have had of the processors.
cpu() { cat "/proc/$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

threads=$(nproc)
begin schemad "$build/schemad" --listen 127.0.0.1:0 --db :memory: --http-threads "$threads" --log-level warn
schemad=$url schemad_pid=$pid
idle=$(resident "$schemad_pid")

schema='{"type":"record","name":"Call","namespace":"bench","fields":[{"name":"id","type":"string"},
{"name":"started","type":{"type":"long","logicalType":"timestamp-millis"}},
{"name":"agent","type":["null","string"],"default":null},{"name":"seconds","type":"double"}]}'
body=$(printf '%s' "$schema" | tr -d '\n' | sed 's/"/\\"/g')
curl -sSf -H 'Content-Type: application/json' -d "{\"schema\":\"$body\"}" \
    "$schemad/subjects/bench/versions" >/dev/null
curl -sSf "$schemad/schemas/ids/1" >"$work/body"

begin baseline "$build/baseline_mhd" "$threads" "$work/body"
baseline=$url baseline_pid=$pid

echo "machine: $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"

if wants read; then
    echo "read: GET /schemas/ids/1, $(stat -c %s "$work/body") bytes, $threads http threads, wrk -t2 -c64," \
        "$pairs pairs of ${seconds}s"
    rate "$schemad/schemas/ids/1" >/dev/null
    rate "$baseline/" >/dev/null
    for i in $(seq "$pairs"); do
        if [ $((i % 2)) = 1 ]; then
            ours=$(rate "$schemad/schemas/ids/1") theirs=$(rate "$baseline/")
        else
            theirs=$(rate "$baseline/") ours=$(rate "$schemad/schemas/ids/1")
        fi
        ratio=$(awk "BEGIN { printf \"%.3f\", $ours / $theirs }")
        echo "$ratio" >>"$work/ratios"
        echo "  pair $i: schemad $ours/s, baseline $theirs/s, ratio $ratio"
    done
    echo "read: median ratio $(median <"$work/ratios")"
fi

if wants memory; then
    echo "memory: schemad idle after its start ${idle} KiB resident, now $(resident "$schemad_pid") KiB;" \
        "baseline now $(resident "$baseline_pid") KiB; ratio idle" \
        "$(awk "BEGIN { printf \"%.2f\", $idle / $(resident "$baseline_pid") }")"
fi

# halt PID: ends a server that was begun.
halt() {
    kill "$1"
    wait "$1" 2>/dev/null || true
}

# A body with @ where its number belongs: no two are the same, and each can follow any other.
numbered='{"type":"record","name":"Call","namespace":"bench","doc":"number @","fields":[
{"name":"id","type":"string"},{"name":"note@","type":["null","string"],"default":null}]}'
numbered="{\"schema\":\"$(printf '%s' "$numbered" | tr -d '\n' | sed 's/"/\\"/g')\"}"

# fill URL NAME COUNT VERSIONS CONNECTIONS: registers so many; prints how many in a second.
fill() { "$build/load" "${1##*:}" "$2" "$3" "$4" "$5" "$numbered"; }

if wants start; then
    "$build/start" "$runs" "rm -f $work/start.db*" echo -- \
        "$build/schemad" --listen 127.0.0.1:0 --db "$work/start.db" --log-level warn
fi

if wants scale; then
    . bench/scale.sh
fi

if wants stall; then
    . bench/stall.sh
fi

if wants retention; then
    . bench/retention.sh
fi

if wants producer; then
    bench/producer/run.sh --build "$build"
fi

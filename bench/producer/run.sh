#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures genesys-producer beside fastavro (Python) and avsc (JavaScript), which do the same mapping and
# write the same bytes, in turns on one core; its memory; and what Avro saves. Needs the reference events.
#   bench/producer/run.sh [--build FOLDER] [--events N] [--rounds N] [--schema v1|v2]
#                         [--only speed,memory,sizes]
set -euo pipefail
cd "$(dirname "$0")/../.."

build=build/release more=()
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$2 ;;
        --events | --rounds | --schema | --only) more+=("$1" "$2") ;;
        *) echo "bench/producer/run.sh: unknown argument $1" >&2; exit 2 ;;
    esac
    shift 2
done

for tool in taskset node npm python3 zstd; do
    command -v "$tool" >/dev/null || { echo "bench/producer/run.sh: $tool is not installed" >&2; exit 2; }
done
corpus=${SCHEMAD_SHARED:-../shared}/genesys
[ -d "$corpus" ] || { echo "bench/producer/run.sh: there are no reference events in $corpus" >&2; exit 2; }
[ -x "$build/genesys-producer" ] || { cmake --preset release >/dev/null; cmake --build --preset release; }

# The versions that the tests use.
kept=build/bench
fastavro=$(grep '^fastavro==' tests/requirements.txt)
avsc=avsc@$(sed -n 's/.*"avsc": "\([^"]*\)".*/\1/p' tests/clients/package.json)
if [ "$(cat "$kept/versions" 2>/dev/null)" != "$fastavro $avsc" ]; then
    python3 -m venv --clear "$kept/venv"
    "$kept/venv/bin/pip" install -q --disable-pip-version-check "$fastavro"
    npm install --prefix "$kept/node" --no-package-lock --no-audit --no-fund --ignore-scripts \
        --loglevel=error "$avsc" >/dev/null
    echo "$fastavro $avsc" >"$kept/versions"
fi

work=$(mktemp -d "$kept/run.XXXXXX")
: >"$work/ready"
"$build/schemad" --listen 127.0.0.1:0 --db :memory: --log-level warn --die-with-parent >"$work/ready" &
schemad=$!
trap 'kill $schemad 2>/dev/null || true; wait; rm -rf "$work"' EXIT
until grep -q ready "$work/ready"; do
    kill -0 $schemad
    sleep 0.02
done

echo "machine: $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "beside: $fastavro on $(python3 --version), $avsc on Node $(node --version)"
python3 bench/producer/bench.py --producer "$build/genesys-producer" \
    --registry "$(sed 's/.* //' "$work/ready")" --corpus "$corpus" --work "$work" \
    --python "$kept/venv/bin/python" --modules "$kept/node" "${more[@]}"

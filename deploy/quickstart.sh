#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh Debian 12 to Genesys events in Avro behind a registry that refuses a breaking change: installs
# what the build needs, builds, starts schemad, encodes the sample events, and shows each step.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

subject=genesys-interaction-events-prod-avro-versions
schema=producer/schemas/genesys_interaction_event.avsc
samples=producer/samples/events.jsonl
data=./quickstart-data
bin=build/release
port=8081
stay=yes
server=

usage() {
    cat <<'TEXT'
usage: deploy/quickstart.sh [--port N] [--exit]

  --port N   where schemad listens on 127.0.0.1; 8081 unless given
  --exit     end when everything was shown; otherwise schemad goes on serving until Ctrl-C

The database is kept in ./quickstart-data/; remove the folder to begin anew.
TEXT
}

die() {
    echo "quickstart: $*" >&2
    exit 1
}

say() { printf '\n== %s\n' "$*"; }

while [ $# -gt 0 ]; do
    case $1 in
    --port)
        port=${2:-}
        [[ $port =~ ^[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) ||
            die "--port needs a number from 1 to 65535, not '$port'"
        port=$((10#$port))
        shift
        ;;
    --exit) stay=no ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; die "there is no option $1" ;;
    esac
    shift
done
url=http://127.0.0.1:$port

# ---- what it needs

packages=(gcc libc6-dev cmake ninja-build pkg-config curl nettle-dev libsqlite3-dev libjansson-dev zlib1g-dev
    libisal-dev libzstd-dev libmicrohttpd-dev libsodium-dev libcurl4-openssl-dev librdkafka-dev)

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "installing packages needs root: run as root, install sudo, or install by hand: ${missing[*]}"
    fi
}

install_packages() {
    say "Debian packages"
    command -v dpkg-query >/dev/null || die "this is written for Debian 12, and dpkg is not there"
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} = 0 ]; then
        echo "everything that is needed is installed"
        return
    fi
    echo "installing with apt-get: ${missing[*]}"
    as_root apt-get update -qq || die "apt-get update failed"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null || die "apt-get install failed"
}

build() {
    say "building schemad and genesys-producer ($bin)"
    mkdir -p build
    local log=build/quickstart.log generator=()
    [ -f $bin/CMakeCache.txt ] || generator=(-G Ninja)
    if ! cmake --preset release "${generator[@]}" >$log 2>&1 ||
        ! cmake --build --preset release >>$log 2>&1; then
        tail -20 $log >&2
        die "the build failed; the whole of it is in $log"
    fi
    $bin/schemad --version
    $bin/genesys-producer --version
}

# ---- the registry

port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

refuse_taken_port() {
    die "port $port on 127.0.0.1 is in use: stop what listens there, or choose another with --port N"
}

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}

start_server() {
    say "starting schemad on $url, database in $data/"
    mkdir -p $data
    : >$data/schemad.out
    $bin/schemad --listen "127.0.0.1:$port" --db $data/schemad.db --die-with-parent \
        >$data/schemad.out 2>$data/schemad.log &
    server=$!
    trap stop_server EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    for _ in $(seq 200); do
        if grep -q '^schemad ready' $data/schemad.out; then
            cat $data/schemad.out
            return
        fi
        if ! kill -0 "$server" 2>/dev/null; then
            server=
            cat $data/schemad.log >&2
            port_is_taken && refuse_taken_port
            die "schemad did not start"
        fi
        sleep 0.05
    done
    die "schemad is not ready after ten seconds; see $data/schemad.log"
}

# ---- what is shown

encode_samples() {
    say "encoding $samples"
    rm -f $data/events.bin $data/events.avro $data/dead-letters.jsonl
    $bin/genesys-producer --registry "$url" --out $data/events.bin --dead-letter $data/dead-letters.jsonl \
        $samples 2>&1 | tee $data/summary.txt
    $bin/genesys-producer --registry "$url" --out $data/events.avro --format ocf $samples >/dev/null 2>&1
}

show_subject() {
    say "the registered subject"
    printf 'GET /subjects                  %s\n' "$(curl -fsS "$url/subjects")"
    printf 'GET /subjects/…/versions       %s\n' "$(curl -fsS "$url/subjects/$subject/versions")"
    printf 'GET /config/…                  %s\n' "$(curl -fsS "$url/config/$subject")"
    printf 'GET /subjects/…/versions/1     %.200s…\n' "$(curl -fsS "$url/subjects/$subject/versions/1")"
}

# The n-th record decoded is the n-th line that was mapped; `map` says which lines these are.
show_events() {
    say "three events as they came, and decoded from $data/events.bin"
    $bin/genesys-producer decode --registry "$url" $data/events.bin >$data/decoded.jsonl
    $bin/genesys-producer map $samples | grep '"action": *"map"' |
        sed 's/^{"line": *\([0-9]*\).*/\1/' >$data/lines.txt
    [ "$(wc -l <$data/lines.txt)" = "$(wc -l <$data/decoded.jsonl)" ] || die "not as many decoded as mapped"
    local type record line
    for type in CUSTOMER_START USER_END ATTRIBUTES_UPDATE; do
        record=$(grep -n -m1 "\"event_type\":\"$type\"" $data/decoded.jsonl)
        line=$(sed -n "${record%%:*}p" $data/lines.txt)
        printf '\n  JSON  %s\n' "$(sed -n "${line}p" $samples)"
        printf '  Avro  %s\n' "${record#*:}"
    done
}

# The schema with a field in front that old records do not have.
body_with() {
    printf '{"schemaType": "AVRO", "schema": "'
    sed '0,/"fields": *\[/s//&'"$1"',/' $schema |
        sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/ /g' | tr '\n' ' '
    printf '"}'
}

show_refusal() {
    say "a breaking change: a new field customer_satisfaction_score without a default"
    local status
    status=$(body_with '{"name": "customer_satisfaction_score", "type": "int"}' |
        curl -sS -o $data/refusal.json -w '%{http_code}' --data-binary @- \
            -H 'Content-Type: application/vnd.schemaregistry.v1+json' "$url/subjects/$subject/versions")
    echo "POST /subjects/…/versions      $status"
    sed 's/\([[,]\) *{\(errorType\|old\|validate\)/\1\n    {\2/g' $data/refusal.json
    echo
    [ "$status" = 409 ] || die "409 was expected"
}

show_protection() {
    say "ten versions, and those of the last 90 days, are kept: a newer version comes, and the old one stays"
    local policy='{"protect":{"minVersions":10,"minAgeDays":90}}' status
    printf 'PUT /retention/…               %s\n' "$(curl -fsS -X PUT -d "$policy" \
        -H 'Content-Type: application/json' "$url/retention/$subject")"
    body_with '{"name": "hold_music", "type": ["null", "string"], "default": null}' |
        curl -fsS -o /dev/null --data-binary @- -H 'Content-Type: application/json' \
            "$url/subjects/$subject/versions"
    printf 'GET /subjects/…/versions       %s\n' "$(curl -fsS "$url/subjects/$subject/versions")"
    status=$(curl -sS -o $data/kept.json -w '%{http_code}' -X DELETE "$url/subjects/$subject/versions/1")
    echo "DELETE /subjects/…/versions/1  $status"
    sed 's/,"retention":/,\n    "retention":/; s/,{"rule"/,\n        {"rule"/g' $data/kept.json
    echo
    [ "$status" = 422 ] || die "422 was expected"
}

show_end() {
    say "in short"
    sed -n '/^read:/,$p' $data/summary.txt
    printf '%s\n' "framed messages: $data/events.bin, $(stat -c %s $data/events.bin) bytes" \
        "container file:  $data/events.avro, $(stat -c %s $data/events.avro) bytes (deflate)" \
        "the same JSON:   $samples, $(stat -c %s $samples) bytes"
    say "to try next"
    cat <<TEXT
curl $url/subjects
curl $url/subjects/$subject/versions/latest
curl $url/schemas/ids/1/schema
curl -X PUT -H 'Content-Type: application/json' -d '{"compatibility": "FULL"}' $url/config/$subject
$bin/genesys-producer decode --registry $url $data/events.bin | head -3
$bin/genesys-producer decode $data/events.avro | wc -l
TEXT
}

if port_is_taken; then
    refuse_taken_port
fi
install_packages
build
start_server
encode_samples
show_subject
show_events
show_refusal
show_protection
show_end
if [ $stay = yes ]; then
    say "schemad goes on serving on $url; Ctrl-C ends it"
    trap 'exit 0' INT
    wait "$server"
fi

# SPDX-License-Identifier: Apache-2.0
# Part of run.sh: whether reads of ids wait for calls that think. The clients and the server share the
# processors, so the baseline is read beside the same calls: what its reads lose is lost to the machine.

# p99 URL: of reads over four connections, in milliseconds.
p99() {
    wrk -t1 -c4 -d1s --latency "$1" |
        awk '$1 == "99%" { factor = $2 ~ /us$/ ? 0.001 : $2 ~ /ms$/ ? 1 : 1000
                           sub(/[a-z]+$/, "", $2); printf "%.3f\n", $2 * factor }'
}

begin stall "$build/schemad" --listen 127.0.0.1:0 --db :memory: --http-threads "$threads" --log-level warn
stall=$url
fill "$stall" sub 100000 1 64 >/dev/null
fill "$stall" checked 100 100 1 >/dev/null
curl -sSf -X PUT -H 'Content-Type: application/json' -d '{"compatibility":"BACKWARD_TRANSITIVE"}' \
    "$stall/config/checked-000000" >/dev/null

# beside COMMAND...: the least p99 of all rounds while that runs (what else runs only adds to it); that of
# schemad to $ours, that of the baseline to $theirs.
beside() {
    local pair load
    rm -f "$work/ours" "$work/theirs"
    "$@" >/dev/null 2>&1 &
    load=$!
    sleep 0.5
    for pair in $(seq $((2 * pairs))); do
        p99 "$stall/schemas/ids/1" >>"$work/ours"
        p99 "$baseline/" >>"$work/theirs"
    done
    kill "$load" 2>/dev/null || true
    wait "$load" 2>/dev/null || true
    ours=$(sort -n "$work/ours" | head -n 1) theirs=$(sort -n "$work/theirs" | head -n 1)
}
long=$((pairs * 4 + 60))
check() { BODY=${numbered//@/x} wrk -t1 -c2 -d"${long}s" -s bench/ask.lua \
    "$stall/compatibility/subjects/checked-000000/versions"; }
list() { wrk -t1 -c2 -d"${long}s" --timeout 10s "$stall/subjects"; }
page() { wrk -t1 -c2 -d"${long}s" --timeout 10s "$stall/schemas?offset=50000"; }
spin() { timeout "$long" sh -c 'while :; do :; done'; }

echo "stall: p99 in milliseconds of GET /schemas/ids/1, four connections, least of $((2 * pairs)) seconds"
tell() {
    printf '  %-46s schemad %7.3f (%5.2f times quiet)   baseline %7.3f (%5.2f times quiet)\n' "$1" "$ours" \
        "$(awk "BEGIN { print $ours / $quiet }")" "$theirs" "$(awk "BEGIN { print $theirs / $quiet_theirs }")"
}
beside true
quiet=$ours quiet_theirs=$theirs
tell quiet
beside spin
tell "beside a program that only counts"
beside check
tell "beside checks against 100 versions, two at a time"
beside list
tell "beside listings of 100,000 subjects, two at a time"
beside page
tell "beside pages of 1,000 versions, two at a time"

# SPDX-License-Identifier: Apache-2.0
# Part of run.sh: what version retention costs: a mark beside the read that it belongs to, a plan beside
# registering what it looks at, and reads beside a plan.

subjects=1000 each=100
agent='User-Agent: confluent-kafka-python/2.6.1'

# by A B: how many times B goes into A.
by() { awk "BEGIN { printf \"%.4f\n\", $1 / $2 }"; }

# read_ns PID URL: nanoseconds of processor time that a cached read takes.
read_ns() {
    local before calls
    before=$(cpu "$1")
    calls=$(wrk -t2 -c64 -d"${seconds}s" -H "$agent" "$2" | awk '/ requests in / { print $1 }')
    awk "BEGIN { printf \"%.0f\n\", ($(cpu "$1") - $before) / $calls }"
}

echo "retention: marks of use, nanoseconds of processor time, medians of $pairs"
for i in $(seq "$pairs"); do read_ns "$schemad_pid" "$schemad/schemas/ids/1" >>"$work/read"; done
whole=$(median <"$work/read")
for count in 1 "$threads"; do
    mark=$("$build/marks" "$count" "$pairs")
    rest=$(awk "BEGIN { print $whole - $mark }")
    echo "  a mark, $count at a time: $mark; a read without it: $rest; ratio $(by "$mark" "$rest")"
done

begin retention "$build/schemad" --listen 127.0.0.1:0 --db :memory: --http-threads "$threads" \
    --log-level warn --retention-sweep-interval 0
retention=$url
policy() { curl -sSf -X PUT -H 'Content-Type: application/json' "$retention/retention" -d "$1" >/dev/null; }
plan() { curl -sSf -X POST -o "$work/plan" "$retention/retention/plan"; }
# seconds COMMAND...: of processor time that the server spends on it, and on the next line those on the clock.
seconds() {
    local before begun
    before=$(cpu "$pid") begun=$(date +%s.%N)
    "$@" >/dev/null
    awk "BEGIN { print ($(cpu "$pid") - $before) / 1e9; print $(date +%s.%N) - $begun }"
}
tell_plan() {
    local cpu clock
    rm -f "$work/cpu" "$work/clock"
    for i in $(seq "$pairs"); do
        { read -r cpu; read -r clock; } < <(seconds plan)
        echo "$cpu" >>"$work/cpu"
        echo "$clock" >>"$work/clock"
    done
    cpu=$(median <"$work/cpu") clock=$(median <"$work/clock")
    printf '  %s: %.3f s, ratio %s; of processor time %.3f s, ratio %s\n' "$1" "$clock" \
        "$(by "$clock" "$clock_all")" "$cpu" "$(by "$cpu" "$cpu_all")"
    head -c 170 "$work/plan" | sed 's/.*"summary":/    /; s/,"actions".*//'
    echo
}

echo "retention: a plan over $((subjects * each)) versions in $subjects subjects, median of $pairs"
{ read -r cpu_all; read -r clock_all; } < <(seconds fill "$retention" aged $((subjects * each)) "$each" 64)
printf '  registering them over 64 connections: %.2f s; of processor time %.2f s\n' "$clock_all" "$cpu_all"
policy '{"protect":{"minVersions":10,"usedWithinDays":1},"prune":{"enabled":true,"keepVersions":5},
         "limits":{"maxPercentPerSubject":100}}'
tell_plan "a plan that two rules keep from taking anything"
policy '{"protect":{"usedWithinDays":null}}'
tell_plan "a plan that takes what its limit lets"

# reads COMMAND...: the median rate of reads while that runs.
reads() {
    local load i
    "$@" >/dev/null 2>&1 &
    load=$!
    rm -f "$work/rates"
    for i in $(seq "$pairs"); do rate "$retention/schemas/ids/1" >>"$work/rates"; done
    kill "$load" 2>/dev/null || true
    wait "$load" 2>/dev/null || true
    median <"$work/rates"
}
plans() { while :; do plan; echo; done >"$work/planned"; }
counts() { while :; do :; done; }

echo "retention: reads of an id a second, wrk -t2 -c64, median of $pairs times ${seconds}s"
quiet=$(reads true)
beside=$(reads counts)
during=$(reads plans)
echo "  quiet $quiet; beside a program that only counts $beside, ratio $(by "$beside" "$quiet")"
echo "  during $(wc -l <"$work/planned") plans $during, ratio $(by "$during" "$quiet")," \
    "of those beside that program $(by "$during" "$beside")"
halt "$pid"

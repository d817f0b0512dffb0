# SPDX-License-Identifier: Apache-2.0
# Part of run.sh: what a listing and a lookup cost when ever more is stored. What is asked for is the same at
# each size, or grows with it and is divided by it: a ratio near 1 says that the cost follows what is told.

sizes=(1000 10000 100000)
depths=(10 100 1000)

# us PID URL [BODY]: microseconds of processor time that a call takes, asked again and again over one
# connection. Time on the clock would tell what else the machine does.
us() {
    local before calls
    before=$(cpu "$1")
    calls=$(BODY=${3:-} wrk -t1 -c1 -d1s --timeout 10s -s bench/ask.lua "$2" |
        awk '/ requests in / { print $1 }')
    awk "BEGIN { printf \"%.3f\n\", ($(cpu "$1") - $before) / 1e3 / $calls }"
}

# row LABEL FIGURE...: the figures, and each by the first.
row() {
    printf '  %-52s' "$1"
    shift
    echo "$@" | awk '{ for (i = 1; i <= NF; i++) printf " %9.2f", $i
                       printf "   ratio"
                       for (i = 2; i <= NF; i++) printf " %.2f", $i / $1
                       print "" }'
}

# measure LABEL DIVISOR TARGET [BODY]: a row; in turns on each of $addresses, the least of $pairs rounds (what
# else runs only adds to it), divided. <all> stands for how many are stored there, <last> and <page> for 1 and
# 1000 less.
measure() {
    local round i figures=() stored target body
    rm -f "$work"/turn.*
    for round in $(seq "$pairs"); do
        for i in "${!addresses[@]}"; do
            target=$(put "$3" "${amounts[$i]}") body=$(put "${4:-}" "${amounts[$i]}")
            us "${servers[$i]}" "${addresses[$i]}$target" "$body" >>"$work/turn.$i"
        done
    done
    for i in "${!addresses[@]}"; do
        stored=$(put "$2" "${amounts[$i]}")
        figures+=("$(sort -n "$work/turn.$i" | awk -v by="$stored" 'NR == 1 { print $1 / by }')")
    done
    row "$1" "${figures[@]}"
}
put() {
    local text=${1//<all>/$2}
    text=${text//<last>/$(($2 - 1))}
    echo "${text//<page>/$(($2 - 1000))}"
}

# store AMOUNT...: a registry for each, filled by `filling`.
store() {
    local amount before
    addresses=() servers=() amounts=("$@") rates=() bytes=()
    for amount in "$@"; do
        begin "scale$amount" "$build/schemad" --listen 127.0.0.1:0 --db :memory: --log-level warn
        before=$(resident "$pid")
        rates+=("$(filling "$url" "$amount")")
        bytes+=("$(awk "BEGIN { print ($(resident "$pid") - $before) * 1024 / $amount }")")
        addresses+=("$url") servers+=("$pid")
    done
}

echo "scale: microseconds of processor time a call, least of $pairs; stored: 1,000 10,000 100,000 subjects"
filling() { fill "$1" sub "$2" 1 64; }
store 1000 10000 100000
row "bytes of resident memory a version" "${bytes[@]}"
row "registrations a second, over 64 connections" "${rates[@]}"
measure "GET /schemas/ids/1" 1 /schemas/ids/1
measure "GET /subjects, for each subject" '<all>' /subjects
measure "… with a prefix, 100 told" 1 /subjects?subjectPrefix=sub-0001
measure "… with a prefix in every context, 100 told" 1 /subjects?subjectPrefix=:*:sub-0001
measure "… with offset=800, 100 told" 1 '/subjects?offset=800&limit=100'
measure "GET /schemas with a prefix, 100 told" 1 /schemas?subjectPrefix=sub-0001
measure "… the first page, 1,000 told" 1 /schemas
measure "… the last page, for each version skipped or told" '<all>' '/schemas?offset=<page>'
for i in "${servers[@]}"; do halt "$i"; done

echo "scale: the same; stored: 10 100 1,000 versions of one subject"
filling() { fill "$1" deep "$2" "$2" 1; }
store 10 100 1000
deep=/subjects/deep-000000
measure "lookup of the oldest version" 1 $deep "${numbered//@/0}"
measure "… of the newest" 1 $deep "${numbered//@/<last>}"
measure "… of a schema that is not there" 1 $deep "${numbered//@/x}"
measure "registration of the oldest once more" 1 $deep/versions "${numbered//@/0}"
measure "GET …/versions, for each version" '<all>' $deep/versions
measure "GET …/versions?limit=10" 1 "$deep/versions?limit=10"
measure "GET …/versions/latest" 1 $deep/versions/latest
for i in "${servers[@]}"; do halt "$i"; done

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The walk of curl, as tutorials and scripts use it. The URL of an empty registry is the only argument.
set -uo pipefail

url=$1
json='Content-Type: application/vnd.schemaregistry.v1+json'
fields='{"name":"name","type":"string"}'
user='{"type":"record","name":"User","fields":['$fields']}'
wider='{"type":"record","name":"User","fields":['$fields',{"name":"age","type":"int","default":0}]}'
broken='{"type":"record","name":"User","fields":['$fields',{"name":"city","type":"string"}]}'
wrong=

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# body SCHEMA [MORE]: a registration, in the file body.json.
body() {
    printf '{"schema": "%s"%s}' "${1//\"/\\\"}" "${2:-}" >"$folder/body.json"
}

# is WANTED STATUS CURL-ARGUMENTS...: the answer has the status, and its body the wanted words.
is() {
    local wanted=$1 status=$2 said
    shift 2
    said=$(cd "$folder" && curl -sS -w ' %{http_code}' "$@" 2>&1)
    if [ "${said##* }" != "$status" ] || [[ $said != *"$wanted"* ]]; then
        wrong+="$* gave $said, not $wanted $status; "
    fi
}

check() {
    wrong=
    "$1"
    if [ -z "$wrong" ]; then
        echo "ok $1"
    else
        echo "not ok $1: ${wrong//$'\n'/ }"
    fi
}

register() {
    body "$user"
    is '"id":1,"version":1' 200 -X POST -H "$json" --data @body.json "$url/subjects/register/versions"
    is '"id":1,"version":1' 200 -X POST -H "$json" --data-binary @body.json "$url/subjects/register/versions"
    is '"id":1' 200 -X POST -H "$json" -d @body.json "$url/subjects/a%2Fb%20c%25d+e:%C3%BC/versions"
    is '"id":1' 200 -H 'Content-Type: application/json' -d @body.json "$url/subjects/as-json/versions"
    is '"id":1' 200 -H "$json" -H 'Transfer-Encoding: chunked' -d @body.json "$url/subjects/chunked/versions"
    is '"id":1' 200 -H "$json" -H 'Expect: 100-continue' -d @body.json "$url/subjects/expects/versions"
    is '"id":1' 200 -H "$json" -T body.json -X POST "$url/subjects/uploaded/versions"
    body "$wider"
    is '"id":2,"version":2' 200 -H "$json" -d @body.json "$url/subjects/register/versions?normalize=true"
}

lookup() {
    body "$user"
    is '"id":1' 200 -H "$json" -d @body.json "$url/subjects/register"
    body "$broken"
    is 40403 404 -H "$json" -d @body.json "$url/subjects/register"
    is 40401 404 -H "$json" -d @body.json "$url/subjects/none"
}

ids() {
    is '"version":1' 200 "$url/schemas/ids/1"
    is "$user" 200 "$url/schemas/ids/1/schema"
    is '"register"' 200 --compressed "$url/schemas/ids/1/subjects"
    is AVRO 200 -H 'Accept: application/json' "$url/schemas/types"
}

versions() {
    is '[1,2]' 200 "$url/subjects/register/versions"
    is '"version":2' 200 "$url/subjects/register/versions/2"
    is '"register"' 200 "$url/subjects?subjectPrefix=regis"
    is '["register"]' 200 -G -d subjectPrefix=register -d deleted=true "$url/subjects"
}

latest() {
    is '"version":2' 200 "$url/subjects/register/versions/latest"
    is "$wider" 200 "$url/subjects/register/versions/latest/schema"
}

metadata() {
    body "$user" ', "metadata": {"properties": {"owner": "Ada"}}'
    is '"owner":"Ada"' 200 -H "$json" -d @body.json "$url/subjects/metadata/versions"
    is '"version":1' 200 "$url/subjects/metadata/metadata?key=owner&value=Ada"
}

compatibility() {
    body "$broken"
    is '{"is_compatible":false}' 200 -H "$json" -d @body.json \
        "$url/compatibility/subjects/register/versions/latest"
    is READER_FIELD_MISSING_DEFAULT_VALUE 200 -H "$json" -d @body.json \
        "$url/compatibility/subjects/register/versions?verbose=true"
}

config() {
    is '{"compatibility":"NONE"}' 200 -X PUT -H "$json" --data '{"compatibility": "NONE"}' "$url/config"
    is '{"compatibilityLevel":"NONE"}' 200 "$url/config"
    is '{"compatibilityLevel":"NONE"}' 200 -X DELETE "$url/config"
    is 40408 404 "$url/config/register"
}

mode() {
    is '{"mode":"READONLY"}' 200 -X PUT -H "$json" -d '{"mode": "READONLY"}' "$url/mode/mode"
    body "$user"
    is 42205 422 -H "$json" -d @body.json "$url/subjects/mode/versions"
    is '{"mode":"READONLY"}' 200 -X DELETE "$url/mode/mode"
}

deletes() {
    body "$user"
    is '"id":1' 200 -H "$json" -d @body.json "$url/subjects/deletes/versions"
    is 1 200 -X DELETE "$url/subjects/deletes/versions/latest"
    is '[1]' 200 -X DELETE "$url/subjects/deletes?permanent=true"
}

references() {
    body '{"type":"record","name":"House","fields":[{"name":"of","type":"User"}]}' \
        ', "references": [{"name": "User", "subject": "register", "version": 1}]'
    is '"references"' 200 -H "$json" -d @body.json "$url/subjects/references/versions"
    is '[' 200 "$url/subjects/register/versions/1/referencedby"
}

contexts() {
    body "$user"
    is '"id":1' 200 -H "$json" -d @body.json "$url/subjects/:.walk:contexts/versions"
    is '"id":1' 200 -H "$json" -d @body.json "$url/contexts/walk/subjects/prefixed/versions"
    is '[".",".walk"]' 200 "$url/contexts"
}

errors() {
    body "$broken"
    is 40901 409 -H "$json" -d @body.json "$url/subjects/register/versions"
    is '"error_code":415' 415 -d @body.json "$url/subjects/register/versions"
    is '"error_code":400' 400 -H "$json" -d '{' "$url/subjects/register/versions"
    is '"error_code":422' 422 -H "$json" -X POST "$url/subjects/register/versions"
    is '"error_code":405' 405 -X PATCH "$url/subjects"
    is '"error_code":404' 404 "$url/nowhere"
    is '"error_code":406' 406 -H 'Accept: text/plain' "$url/subjects"
    is '' 200 --head "$url/subjects"
}

for name in register lookup ids versions latest metadata compatibility config mode deletes references \
    contexts errors; do
    check "$name"
done

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An Apache Kafka broker in KRaft mode, on loopback, in the foreground: no ZooKeeper, no container. The jars
# are fetched once, with Maven, into build/kafka.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tests/kafka/broker.sh fetch
       tests/kafka/broker.sh run FOLDER PORT

  fetch  brings the jars, if they are not there
  run    keeps its data in FOLDER, which may be that of an earlier run, and listens on 127.0.0.1: on PORT for
         everybody, on PORT+1 for user "genesys" with password "secret" (SASL/PLAIN), on PORT+2 for itself
TEXT
}

version=3.9.1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jars=$root/build/kafka/$version

fetch() {
    if [ -f "$jars/complete" ]; then
        return
    fi
    mkdir -p "$jars"
    cat >"$jars/pom.xml" <<XML
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>schemad.tests</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version></dependency>
  </dependencies>
</project>
XML
    mvn -q -B -f "$jars/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars/lib" \
        >"$jars/fetch.log" 2>&1 || {
        tail -3 "$jars/fetch.log" >&2
        exit 1
    }
    touch "$jars/complete"
}

properties() {
    local controller=127.0.0.1:$((port + 2))
    cat <<TEXT
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$controller
listeners=PLAINTEXT://127.0.0.1:$port,SASL_PLAINTEXT://127.0.0.1:$((port + 1)),CONTROLLER://$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port,SASL_PLAINTEXT://127.0.0.1:$((port + 1))
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
required user_genesys="secret";
log.dirs=$folder/data
num.partitions=3
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
TEXT
}

java_with() {
    exec java -Xmx384m -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -cp "$jars/lib/*" "$@"
}

run() {
    mkdir -p "$folder"
    properties >"$folder/server.properties"
    if [ ! -f "$folder/data/meta.properties" ]; then
        (java_with kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$folder/server.properties")
    fi
    java_with kafka.Kafka "$folder/server.properties"
}

case ${1:-} in
fetch) fetch ;;
run)
    folder=${2:?run needs a folder} port=${3:?run needs a port}
    fetch
    run
    ;;
--help | -h) usage ;;
*) usage >&2; exit 2 ;;
esac

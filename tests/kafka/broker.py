# SPDX-License-Identifier: Apache-2.0
"""Kafka for tests: a real broker where Java and Maven are there, else the mock cluster inside librdkafka."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic,
                                    ResourceType)

SCRIPT = pathlib.Path(__file__).resolve().parent / "broker.sh"


def free_ports(count):
    """The first of so many free ports in a row."""
    for first in range(21000 + os.getpid() % 8000, 60000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise RuntimeError("no free ports")


class Kafka:
    """What both kinds can do: make topics and read them to their ends."""

    def topic(self, name, partitions=3, **config):
        admin = AdminClient({"bootstrap.servers": self.brokers})
        made = NewTopic(name, partitions, 1, config={key.replace("_", "."): str(value)
                                                     for key, value in config.items()})
        admin.create_topics([made])[name].result(30)
        return name

    def ends(self, consumer, topic, seconds=20):
        """A topic that was just made, or a broker that just came back, may have no leader yet."""
        until = time.monotonic() + seconds
        while True:
            try:
                partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
                return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1]
                        for p in partitions}
            except KafkaException:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def messages(self, topic, quiet=10):
        """Everything in the topic, up to the ends that it has now."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "reader",
                             "enable.auto.commit": False, "auto.offset.reset": "earliest",
                             "check.crcs": True})
        try:
            ends = self.ends(consumer, topic)
            consumer.assign([TopicPartition(topic, p, 0) for p in ends])
            found, wanted, until = [], sum(ends.values()), time.monotonic() + quiet
            while len(found) < wanted and time.monotonic() < until:
                message = consumer.poll(0.5)
                if message is None:
                    continue
                assert message.error() is None, message.error()
                found.append(message)
                until = time.monotonic() + quiet
            assert len(found) == wanted
            return found
        finally:
            consumer.close()


class Broker(Kafka):
    """A process of Apache Kafka that can be killed and started again on what it has on disk."""
    real = True

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_ports(3)
        self.brokers = f"127.0.0.1:{self.port}"
        self.secured = f"127.0.0.1:{self.port + 1}"
        self.process = None

    def start(self):
        self.folder.mkdir(exist_ok=True)
        with open(self.folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen([SCRIPT, "run", self.folder, str(self.port)], stdout=log,
                                            stderr=log)
        until = time.monotonic() + 90
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "broker.log").read_text()[-2000:]
            try:
                AdminClient({"bootstrap.servers": self.brokers, "log_level": 0}).list_topics(timeout=2)
                return self
            except Exception:
                time.sleep(0.2)
        raise RuntimeError("the broker does not answer")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def alter(self, topic, **config):
        rows = [ConfigEntry(key.replace("_", "."), str(value), incremental_operation=AlterConfigOpType.SET)
                for key, value in config.items()]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=rows)
        admin = AdminClient({"bootstrap.servers": self.brokers})
        admin.incremental_alter_configs([resource])[resource].result(30)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()


class Mock(Kafka):
    """librdkafka's own cluster, alive as long as the client that made it."""
    real = False

    def __init__(self):
        self.host = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
        found = self.host.list_topics(timeout=10).brokers.values()
        self.brokers = ",".join(f"{broker.host}:{broker.port}" for broker in found)

    def topic(self, name, partitions=3, **config):
        """The mock makes a topic when it is first asked for."""
        self.host.list_topics(name, timeout=10)
        return name

    def close(self):
        self.host = None


def why_not_real():
    """Why there can be no real broker; None: there can."""
    if os.environ.get("KAFKA") == "mock":
        return "KAFKA=mock"
    for program in ("java", "mvn"):
        if not shutil.which(program):
            return f"{program} is not installed"
    fetched = subprocess.run([SCRIPT, "fetch"], capture_output=True, text=True)
    return f"Kafka's jars cannot be fetched: {fetched.stderr.strip()[:200]}" if fetched.returncode else None

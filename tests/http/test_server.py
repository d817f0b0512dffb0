# SPDX-License-Identifier: Apache-2.0
"""The process: what it can be told and how, what it says, how it starts, refuses to start, and ends."""
import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import pathlib
import time

import pytest

from raw import get
from registry import BIN, ROOT, Registry, wait_until

SCHEMAD = BIN / "schemad"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SCHEMAD_")}


def run(*arguments, cwd, env=None, binary=SCHEMAD, **options):
    """A schemad that ends by itself."""
    return subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, timeout=20,
                          cwd=cwd, env={**CLEAN, **(env or {})}, **options)


def refused(done, *words):
    """One line on standard error that holds the words, nothing on standard output, an exit code."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.startswith("schemad: ") and done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def settings():
    """name → (default, values, meaning), from the page that the binary prints."""
    page = subprocess.run([SCHEMAD, "--print-configuration"], capture_output=True, text=True, check=True)
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", page.stdout, re.M)
    return {name: (default.strip("`"), values, meaning) for name, default, values, meaning in rows}


# ---- where settings come from

@contextlib.contextmanager
def level_of(folder, options=(), env=None, text=None):
    """The compatibility level with which a schemad so started serves."""
    if text is not None:
        (folder / "settings").write_text(text)
        options = ["--config", "settings", *options]
    with Registry(folder, db=":memory:", options=options, env=env) as registry:
        yield registry.client().get("/config").json()["compatibilityLevel"]


VARIABLE = {"SCHEMAD_COMPATIBILITY_LEVEL": "FORWARD"}
LINE = "compatibility_level = FULL\n"
FLAG = ["--compatibility-level", "NONE"]


@pytest.mark.parametrize("options, env, text, level", [
    ([], {}, None, "BACKWARD"),
    ([], {}, LINE, "FULL"),
    ([], VARIABLE, LINE, "FORWARD"),
    (FLAG, VARIABLE, LINE, "NONE"),
    (FLAG, {}, LINE, "NONE"),
    (["--compatibility-level=none"], VARIABLE, None, "NONE"),
    ([*FLAG, "--compatibility-level", "full_transitive"], {}, None, "FULL_TRANSITIVE"),
    ([], {}, "# a comment\n\n  compatibility_level=FULL   # another\r\n", "FULL"),
    ([], {}, LINE + "compatibility_level = FORWARD_TRANSITIVE", "FORWARD_TRANSITIVE"),
])
def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path, options, env, text, level):
    with level_of(tmp_path, options, env, text) as found:
        assert found == level


def test_a_database_remembers_no_setting_of_the_process(tmp_path):
    for level in ("FULL", "NONE"):
        with Registry(tmp_path, options=["--compatibility-level", level]) as registry:
            assert registry.client().get("/config").json() == {"compatibilityLevel": level}


def test_variables_of_other_programs_are_no_harm(tmp_path):
    with level_of(tmp_path, env={"SCHEMAD_BIN_DIR": "x", "SCHEMAD_NONSENSE": "y", "SCHEMAD_": "z"}) as level:
        assert level == "BACKWARD"


def test_a_setting_can_be_set_in_all_three_places(tmp_path):
    """What it was set to is told in the refusal of a value that it cannot have."""
    wrong = "x" * 5000
    for name, (_, values, _) in settings().items():
        flag = "--" + name.replace("_", "-")
        if "true" not in values:            # a switch may stand alone
            refused(run(flag, wrong, cwd=tmp_path), name)
        refused(run(f"{flag}={wrong}", cwd=tmp_path), name)
        refused(run(cwd=tmp_path, env={"SCHEMAD_" + name.upper(): wrong}), name)
        (tmp_path / "settings").write_text(f"\n# one\n{name} = {wrong}\n")
        refused(run("--config", "settings", cwd=tmp_path), "settings:3: ", name)


SMALLEST = {"0": 0, "0 ms": 0, "1 s": 1000, "1 KiB": 1024, "1 MiB": 1 << 20, "1": 1, "7": 7}


def test_a_number_out_of_its_bounds_stops_the_start(tmp_path):
    tried = 0
    for name, (_, values, _) in settings().items():
        bounds = re.fullmatch(r"[A-Z]+, (.*) to (.*)", values)
        if not bounds:
            continue
        flag = "--" + name.replace("_", "-")
        count, _, unit = bounds[2].partition(" ")
        over = run(flag, f"{int(count) + 1}{unit}", cwd=tmp_path)
        refused(over, name, "is not between", bounds[1], bounds[2])
        least = SMALLEST[bounds[1]]
        if least > 0:
            small = f"{least - 1}ms" if bounds[1].endswith("s") else str(least - 1)
            refused(run(flag, small, cwd=tmp_path), name, "is not between")
        refused(run(flag, "-1", cwd=tmp_path), name)
        refused(run(flag, "9" * 30, cwd=tmp_path), name)
        refused(run(flag, "1parsec", cwd=tmp_path), name)
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("arguments, words", [
    (["--nonsense", "1"], ["unknown flag '--nonsense'"]),
    (["--nonsense"], ["unknown flag '--nonsense'"]),
    (["--log_levels=info"], ["unknown flag"]),
    (["serve"], ["unexpected argument 'serve'"]),
    (["-h"], ["unexpected argument '-h'"]),
    (["--"], ["unexpected argument '--'"]),
    (["--listen"], ["--listen needs a value"]),
    (["--config"], ["--config needs a value"]),
    (["--log-level", "loud"], ["log_level", "'loud'"]),
    (["--log-format", "xml"], ["log_format", "'xml'"]),
    (["--compatibility-level", "BACKWARDS"], ["compatibility_level", "'BACKWARDS'"]),
    (["--die-with-parent=perhaps"], ["die_with_parent", "'perhaps'"]),
    (["--listen", "127.0.0.1"], ["cannot listen on 127.0.0.1", "HOST:PORT"]),
    (["--listen", "127.0.0.1:65536"], ["cannot listen on 127.0.0.1:65536"]),
    (["--listen", "127.0.0.1:x"], ["cannot listen on 127.0.0.1:x"]),
    (["--listen", "::1:0"], ["cannot listen on ::1:0", "[ADDRESS]:PORT"]),
    (["--listen", "203.0.113.1:0"], ["cannot listen on 203.0.113.1:0"]),
    (["--listen", "127.0.0.1:0", "--db", "mysql://x/y"], ["mysql://x/y"]),
    (["--listen", "127.0.0.1:0", "--db", ":memory:", "--port-file", "no/such/folder"],
     ["port_file", "no/such/folder"]),
])
def test_what_cannot_be_set_stops_the_start_with_one_line(tmp_path, arguments, words):
    refused(run(*arguments, cwd=tmp_path), *words)


@pytest.mark.parametrize("text, words", [
    ("nonsense = 1\n", ["settings:1: ", "unknown setting 'nonsense'"]),
    ("# one\nlog_level info\n", ["settings:2: ", "NAME = VALUE"]),
    ("log-level = info\n", ["settings:1: ", "log-level"]),
    ("config = other\n", ["settings:1: ", "unknown setting 'config'"]),
    ("= info\n", ["settings:1: "]),
    ("log_level =\n", ["settings:1: ", "log_level"]),
    ("listen = a\0b\n", ["settings:1: ", "listen: 'a' is followed by a NUL"]),
    ("x" * 2_000_000, ["settings", "too large"]),
], ids=["name", "no equals", "dash", "config", "no name", "no value", "nul", "large"])
def test_what_is_wrong_in_the_file_is_told_with_its_line(tmp_path, text, words):
    (tmp_path / "settings").write_text(text)
    refused(run("--config", "settings", cwd=tmp_path), *words)


def test_a_file_of_settings_that_cannot_be_read_stops_the_start(tmp_path):
    refused(run("--config", "missing", cwd=tmp_path), "missing: No such file or directory")
    (tmp_path / "folder").mkdir()
    refused(run("--config", "folder", cwd=tmp_path), "folder: Is a directory")


@contextlib.contextmanager
def folder_of_nobody():
    """A folder that others than root may enter, and what runs a schemad there as one of them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="schemad-test-"))
    folder.chmod(0o755)
    try:
        pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("there is no user called nobody")
    how = {}
    if os.getuid() == 0:
        binary = shutil.copy(SCHEMAD, folder / "schemad")      # the checkout may be closed to them
        how = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": [], "binary": binary}
    try:
        yield folder, how
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_what_may_not_be_read_or_written_stops_the_start():
    with folder_of_nobody() as (folder, how):
        (folder / "settings").write_text(LINE)
        (folder / "settings").chmod(0)
        refused(run("--config", "settings", cwd=folder, **how), "settings: Permission denied")
        with Registry(folder) as registry:
            registry.client().register("s", '"int"')
        for path, mode in (("schemad.db", 0), ("schemad.db", 0o444)):
            (folder / path).chmod(mode)
            refused(run("--listen", "127.0.0.1:0", "--db", path, cwd=folder, **how), path)
        if how:
            done = run("--listen", "127.0.0.1:0", "--db", "fresh.db", cwd=folder, **how)
            refused(done, "fresh.db", "Permission denied")


# ---- what it says

def test_help_names_every_setting_and_its_default(tmp_path):
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    for name, (default, _, _) in settings().items():
        flag = "  --" + name.replace("_", "-") + " "
        line = next(line for line in done.stdout.splitlines() if line.startswith(flag))
        assert default == "none" or f"({default})" in line
    for flag in ("--config FILE", "--version", "--help"):
        assert f"  {flag}\n" in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines())
    assert run("--help", "--listen", "nonsense", cwd=tmp_path).stdout == done.stdout


def test_version_is_one_line(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    assert re.fullmatch(r"schemad \d+\.\d+\.\d+ \(\w+\)\n", done.stdout), done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_settings_is_what_the_binary_prints(tmp_path):
    done = run("--print-configuration", cwd=tmp_path)
    assert done.stdout == (ROOT / "docs" / "configuration.md").read_text()


def test_the_ready_line_is_all_that_standard_output_gets(tmp_path):
    with Registry(tmp_path) as registry:
        assert registry.ready_line == f"schemad ready http://127.0.0.1:{registry.port}\n"
        assert registry.port > 0
        assert (tmp_path / "port").read_text() == f"{registry.port}\n"
        assert registry.client().get("/").status == 200
        registry.client().register("s", '"int"')
        registry.process.send_signal(signal.SIGTERM)
        assert registry.process.stdout.read() == b""
        assert registry.process.wait(10) == 0


def test_it_answers_as_soon_as_it_is_ready(tmp_path):
    for _ in range(5):
        with Registry(tmp_path) as registry:
            assert registry.client().get("/subjects").status == 200


def test_the_defaults_are_a_file_in_the_working_folder(tmp_path):
    process = subprocess.Popen([SCHEMAD, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, cwd=tmp_path,
                               env=CLEAN)
    assert process.stdout.readline().startswith(b"schemad ready http://127.0.0.1:")
    assert (tmp_path / "schemad.db").exists()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert settings()["listen"][0] == "127.0.0.1:8081" and settings()["db"][0] == "schemad.db"


def log_of(folder, log_format):
    """What is logged of requests that would like to be lines of their own."""
    options = ["--log-level", "debug", "--log-format", log_format]
    with Registry(folder, db=":memory:", options=options) as registry:
        with registry.socket() as sock:
            sock.sendall(get("/subjects", 'User-Agent: a" level=error b\\c=d \xfc',
                             'X-Request-ID: {"x":1}\xfc') +
                         get("/%0a2026-01-01T00:00:00.000Z%20error%20forged", "Connection: close"))
            while sock.recv(65536):
                pass
        registry.client().register("s", '"int"')
        registry.client().get("/nothing?a=b c=d".replace(" ", "%20"))
    return registry.folder.joinpath("stderr.txt").read_bytes().decode().splitlines()


TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LEVEL = r"(?:error|warn|info|debug)"
PAIR = r' [a-z_]+=(?:[^\s"=\\]+|"(?:[^"\\]|\\.)*")'


def test_each_line_of_the_log_can_be_taken_apart(tmp_path):
    lines = log_of(tmp_path, "text")
    for line in lines:
        assert re.fullmatch(rf"{TIME} {LEVEL} [a-z ,]+?(?:{PAIR})*", line), line
    requests = [line for line in lines if " request " in line]
    assert len(requests) == 4
    assert any(" method=POST " in line and " status=200 " in line for line in requests)
    assert not any("forged" in line and " debug request " not in line for line in lines)


def test_each_line_of_a_json_log_is_an_object(tmp_path):
    lines = [json.loads(line) for line in log_of(tmp_path, "json")]
    for line in lines:
        assert re.fullmatch(TIME, line["time"]) and re.fullmatch(LEVEL, line["level"]) and line["event"]
    events = [line["event"] for line in lines]      # a request is told when its reply has gone: maybe late
    assert events[0] == "ready" and events[-1] == "stopped"
    assert sorted(events[1:-1]) == ["request"] * 4 + ["stopping"]
    requests = {line["target"]: line for line in lines if line["event"] == "request"}
    hostile, made = requests["/subjects"], requests["/subjects/s/versions"]
    assert hostile["agent"].startswith('a" level=error b\\c=d') and hostile["id"] == '{"x":1}?'
    assert list(made) == ["time", "level", "event", "method", "target", "status", "bytes", "ms", "from",
                          "agent", "id"]
    assert (made["level"], made["method"], made["status"]) == ("debug", "POST", "200")
    assert made["from"] == "127.0.0.1"


@pytest.mark.parametrize("level, events", [
    ("error", []), ("warn", []), ("info", ["ready", "stopping", "stopped"])])
def test_the_level_of_the_log_is_kept(tmp_path, level, events):
    options = ["--log-level", level, "--log-format", "json"]
    with Registry(tmp_path, db=":memory:", options=options) as registry:
        registry.client().get("/nothing")
    lines = (tmp_path / "stderr.txt").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == events


# ---- the port

def test_a_port_in_use_stops_the_start_before_the_database_is_touched(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = "127.0.0.1:%d" % taken.getsockname()[1]
        refused(run("--listen", place, "--db", "x.db", cwd=tmp_path), f"cannot listen on {place}", "in use")
    assert list(tmp_path.iterdir()) == []


def test_a_port_can_be_taken_again_at_once(tmp_path):
    registry = Registry(tmp_path)
    with registry:
        registry.client().get("/")
        port = registry.port
    again = Registry(tmp_path, options=["--listen", f"127.0.0.1:{port}"])
    with again:
        assert again.port == port


def test_a_name_can_be_listened_on(tmp_path):
    with Registry(tmp_path, db=":memory:", options=["--listen", "localhost:0"]) as registry:
        assert registry.ready_line == f"schemad ready http://localhost:{registry.port}\n"
        connection = http.client.HTTPConnection("localhost", registry.port)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()


# ---- the database

def cannot_open(folder, path, *words):
    refused(run("--listen", "127.0.0.1:0", "--db", path, cwd=folder), f"'{path}'", *words)


def test_what_is_no_database_of_ours_stops_the_start_and_stays_as_it_was(tmp_path):
    (tmp_path / "folder").mkdir()
    cannot_open(tmp_path, "folder", "it is a directory")
    cannot_open(tmp_path, "no/such/folder.db", "No such file or directory")
    cannot_open(tmp_path, "/dev/null", "it is not a regular file")
    (tmp_path / "text.db").write_text("this is no database\n" * 1000)
    cannot_open(tmp_path, "text.db", "not a database")
    assert (tmp_path / "text.db").read_text() == "this is no database\n" * 1000
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE versions (x)")
    other.close()
    before = (tmp_path / "other.db").read_bytes()
    cannot_open(tmp_path, "other.db", "another program")
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.fixture
def kept(tmp_path):
    """A folder with a database in which something was kept."""
    with Registry(tmp_path) as registry:
        assert registry.client().register("s", '"int"').status == 200
    return tmp_path


def change(folder, *statements):
    database = sqlite3.connect(folder / "schemad.db")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def dump(folder):
    database = sqlite3.connect(folder / "schemad.db")
    lines = list(database.iterdump())
    database.close()
    return lines


def test_a_database_of_a_newer_version_stops_the_start_and_stays_as_it_was(kept):
    change(kept, "INSERT INTO migration (number, name, digest) VALUES (9999, '9999_later', 'x')")
    before = dump(kept)
    cannot_open(kept, "schemad.db", "written by a newer schemad", "9999")
    assert dump(kept) == before


def test_a_migration_that_is_not_ours_stops_the_start(kept):
    change(kept, "UPDATE migration SET digest = 'x' WHERE number = 1")
    cannot_open(kept, "schemad.db", "digest")


def test_a_database_that_is_damaged_stops_the_start(kept):
    whole = (kept / "schemad.db").read_bytes()
    for name, damaged in (("cut.db", whole[:5000]), ("holes.db", whole[:4096] + bytes(len(whole) - 4096))):
        (kept / name).write_bytes(damaged)
        cannot_open_or_replay = run("--listen", "127.0.0.1:0", "--db", name, cwd=kept)
        refused(cannot_open_or_replay)


def test_rows_that_contradict_each_other_stop_the_start(kept):
    change(kept, "PRAGMA foreign_keys = OFF", "UPDATE versions SET id = 77")
    refused(run("--listen", "127.0.0.1:0", "--db", "schemad.db", cwd=kept))


def test_a_second_schemad_on_the_same_database_is_refused(tmp_path):
    os.symlink("schemad.db", tmp_path / "same.db")
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("s", '"int"')
        cannot_open(tmp_path, "schemad.db", "another schemad is using it")
        cannot_open(tmp_path, "same.db", "another schemad is using it")
        assert client.register("s", '"long"').json()["version"] == 2
        registry.kill()
    with Registry(tmp_path) as registry:
        assert registry.client().get("/subjects/s/versions").json() == [1, 2]


def test_a_database_can_be_read_while_it_is_served(tmp_path):
    with Registry(tmp_path) as registry:
        client = registry.client()
        for i in range(20):
            client.register(f"s{i}", '"int"')
            database = sqlite3.connect(f"file:{tmp_path / 'schemad.db'}?mode=ro", uri=True)
            assert database.execute("SELECT count(*) FROM versions").fetchone() == (i + 1,)
            database.close()


def test_what_is_kept_in_memory_is_gone(tmp_path):
    for word in (":memory:", "memory:"):
        with Registry(tmp_path, options=["--db", word]) as registry:
            assert registry.client().get("/subjects").json() == []
            registry.client().register("s", '"int"')
    assert not (tmp_path / "schemad.db").exists() and not (tmp_path / ":memory:").exists()


# ---- the end

PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
print(child.pid, child.stdout.readline().decode(), end="", flush=True)
time.sleep(60)
"""


def running(pid):
    """Neither gone nor a zombie that nobody has waited for."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("dies", [True, False])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_die_with_parent_ends_it_and_nothing_else_does(tmp_path, dies, how):
    flags = ["--die-with-parent"] if dies else []
    parent = subprocess.Popen([sys.executable, "-c", PARENT, SCHEMAD, "--listen", "127.0.0.1:0", *flags],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
                              env=CLEAN)
    pid = int(parent.stdout.readline().split()[0])
    parent.send_signal(how)
    parent.wait()
    parent.stdout.close()
    if dies:
        wait_until(lambda: not running(pid), what="the end of schemad")
    else:
        time.sleep(1.5)
        assert running(pid)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not running(pid), what="the end of schemad")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(tmp_path, how):
    registry = Registry(tmp_path).start()
    client = registry.client()
    client.register("s", '"int"')
    registry.process.send_signal(how)
    assert registry.process.wait(10) == 0
    registry._close()
    with pytest.raises(OSError):
        registry.socket()


def test_connections_that_say_nothing_do_not_hold_up_the_end(tmp_path):
    """Nothing was read of them, so nothing is owed to them."""
    registry = Registry(tmp_path).start()
    open_ones = [registry.socket() for _ in range(20)]
    for i, sock in enumerate(open_ones):
        sock.sendall([b"", b"GET / HT", get("/")][i % 3])
    time.sleep(0.2)
    begun = time.monotonic()
    assert registry.stop(10) == 0
    assert time.monotonic() - begun < 3
    for sock in open_ones:
        sock.close()


def test_a_body_that_does_not_come_holds_up_the_end_for_the_grace_only(tmp_path):
    registry = Registry(tmp_path, options=["--shutdown-grace", "1s"]).start()
    with registry.socket() as sock:
        sock.sendall(b"POST /subjects/s/versions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.2)
        begun = time.monotonic()
        assert registry.stop(10) == 0
        assert 0.5 < time.monotonic() - begun < 4
    assert " warn " in (tmp_path / "stderr.txt").read_text()


def test_a_second_signal_changes_nothing(tmp_path):
    registry = Registry(tmp_path).start()
    for _ in range(5):
        registry.process.send_signal(signal.SIGTERM)
    assert registry.process.wait(10) == 0
    registry._close()

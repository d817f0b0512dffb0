#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house, as a test.

    python3 tests/tidy/tidy.py [FOLDER]

Prints `file:line: rule: what` for each breach and ends with 1 if there was one. Knows the tree, who may
include whom, which file may know which library, and the few habits that a compiler does not look at. The
rules are tables at the top of this file: what is not in a table is not allowed.
"""
import pathlib
import re
import subprocess
import sys

ROOMS = {   # room: whose headers it may include
    "base": {"base"},
    "compat": {"base", "compat"},
    "storage": {"base", "storage"},
    "registry": {"base", "compat", "storage", "registry"},
    "api": {"base", "compat", "registry", "api"},
    "server": {"base", "registry", "api", "server"},
    "producer": {"base", "compat", "producer"},
}

# Headers that stop at a room although the room they are in is open to others.
PRIVATE = {
    "registry/draft.h": {"registry"},
    "registry/commit.h": {"registry"},
}

# Headers that stop at a few files.
PRIVATE_FILES = {
    "storage/sqlite.h": re.compile(r"storage/sqlite\w*\.c"),
    "compat/avro.h": re.compile(r"compat/(avro|resolve)\w*\.[ch]|producer/\w+\.[ch]"),
    "producer/kafka_rd.h": re.compile(r"producer/kafka\w*\.c|producer/kafka_(write|parts)\.h"),
    "producer/kafka_parts.h": re.compile(r"producer/kafka\w*\.c"),
    "producer/kafka_write.h": re.compile(r"producer/kafka\w*\.[ch]"),
    "producer/unpack_message.h": re.compile(r"producer/(unpack\w*|kafka_read)\.c"),
    "producer/running.h": re.compile(r"producer/run\w*\.c"),
    "compat/proto.h": re.compile(r"compat/proto\w*\.[ch]"),
}

LIBRARIES = {   # pattern of a header: the files that may know it
    r"microhttpd\.h": {"server/http.c", "producer/metrics_listen.c"},
    r"sqlite3\.h": {"storage/sqlite.h"},
    r"(libpq-fe|postgresql/.*)\.h": {"storage/postgres.c"},
    r"jansson\.h": {"api/reply.c"},
    r"nettle/.*": {"base/digest.c"},
    r"curl/.*": {"producer/client.c"},
    r"zlib\.h": {"api/render.c", "producer/container_read.c", "producer/decompress.c"},
    r"isa-l/.*": {"producer/container.c"},
    r"zstd\.h": {"producer/decompress.c"},
    r"sodium\.h|sodium/.*": {"storage/secret.c", "server/auth.c"},
    r"gnutls/.*": {"server/tls.c", "server/auth.c"},
    r"librdkafka/.*": {"producer/kafka_rd.h"},
    r"pthread\.h": {"registry/*", "server/*", "producer/metrics_listen.c"},
}

SYSTEM = re.compile(
    r"(assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool"
    r"|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|threads|time|wchar|unistd|fcntl|poll|dirent"
    r"|getopt|libgen|netdb|sched|semaphore|spawn|termios|endian|byteswap|malloc|syscall)\.h"
    r"|(sys|netinet|arpa|net|linux|sanitizer)/\w+\.h")

# Made by the build and included by their bare name: the room that may.
GENERATED = {
    "openapi.h": "api",
    "mapping_genesys.h": "producer",
    "schema_genesys.h": "producer",
    "schema_genesys_v2.h": "producer",
    "schema_genesys_v3.h": "producer",
    "schema_genesys_v4.h": "producer",
}

TOP_FILES = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md",
    ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore",
}

FOLDERS = re.compile("|".join([
    "base", "compat", "storage", "registry", "api", "server", r"\.ci", "deploy", "docs", "docs/decisions",
    "producer(/(mapping|schemas|samples))?",
    "migrations(/(sqlite|postgres|mysql))?",
    "bench(/producer)?",
    "tests(/(unit|store|http|retention|docs|producer|kafka|tidy))?",
    "tests/unit/(base|compat|storage|registry|api|server|producer)",
    "tests/clients(/(absent(/[a-z-]+)?|go(/(confluent|srclient|walk))?|java|recorded|rust(/src)?))?",
    "tests/corpus(/(avro|json|protobuf|moving|api(/levels)?))?",
    "tests/fuzz(/seeds(/.+)?)?",
]))

LINE_MAX = 110
TABLE_LINE_MAX = 140    # of a .def file: a row is a line
FUNCTION_MAX = 60
FILE_MAX = 300
LANGUAGE_FILE = re.compile(r"compat/(avro|json|proto)\w*\.c")
LANGUAGE_FILE_MAX = 900
HEADER_COMMENT_MAX = 4

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */"
LOCK_FILES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock",
              "uv.lock", "Pipfile.lock"}
PROSE_KINDS = {".c", ".h", ".def", ".py", ".sh", ".sql", ".md", ".txt", ".js", ".yml", ".cmake", ".conf"}
NARROW_KINDS = {".c", ".h", ".def", ".py", ".sh", ".sql", ".txt", ".js"}
DATA = ("tests/corpus/", "tests/docs/examples.txt", "tests/clients/recorded/", "tests/fuzz/seeds/",
        "producer/samples/")
C_KINDS = {".c", ".h", ".def"}

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
NO_ASSERTS = re.compile(r"(#\s*define\s+|-D\s*)NDE" + r"BUG\b")

SQL_WORDS = re.compile(
    r"\bSELECT\b|\bINSERT\b|\bDELETE\s+FROM\b|\bUPDATE\s+\w+\s+SET\b"
    r"|\b(CREATE|ALTER|DROP)\s+(UNIQUE\s+|TEMP\w*\s+)?(TABLE|INDEX|TRIGGER|VIEW)\b")
SQL_QUIET = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert\s+(or\s+\w+\s+)?into\b|\bdelete\s+from\b|\bupdate\s+\w+\s+set\b"
    r"|\b(create|alter|drop)\s+(unique\s+)?(table|index|trigger|view)\b", re.IGNORECASE)
SQL_FRAME = re.compile(r"\s*(PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|VACUUM)\b(?!:)")
SQL_HOME = "storage/sql.def"
SQL_FRAME_HOME = {SQL_HOME, "storage/sqlite.c", "storage/sqlite_open.c", "storage/sqlite_talk.c",
                  "storage/postgres.c"}

# A switch may name them, and a question whether it is one; whoever hands one on makes it.
REMOVAL = re.compile(r"(?<!case )(?<![=!]= )\bCHANGE_(HIDE|PURGE|REVIVE)\b")
REMOVAL_HOME = "registry/remove.c"
REMOVAL_ROOMS = {"registry", "api", "server"}       # storage tells them again

# Nothing can follow what a printf takes, so there the error comes before the format.
ERROR_NOT_LAST = re.compile(r"(?<!const )\bstruct\s+error\s*\*\s*\w*\s*,(?!\s*const char \*\w+\s*,\s*\.\.\.)")
ARENA_NOT_BEFORE = re.compile(
    r"\bstruct\s+arena\s*\*\s*\w+\s*,(?P<between>[^(){};]*)\bstruct\s+error\s*\*\s*\w+\s*\)")
ERROR_HOME = {"base/error.h", "base/error.c"}

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """A C file three times: as it is, without comments, and without comments, strings and directives."""

    def __init__(self, text):
        self.text = text
        self.uncommented = TOKEN.sub(lambda m: blank(m[0]) if m[0][0] == "/" else m[0], text)
        plain = TOKEN.sub(lambda m: blank(m[0]), text)
        self.code = DIRECTIVE.sub(lambda m: blank(m[0]), plain)
        self.strings = [(m.start(), m[0][1:-1]) for m in TOKEN.finditer(text) if m[0][0] == '"']

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def functions(self):
        """Each body: its first line, its last line, and the words before it."""
        depth, start, begun = 0, 0, 0
        for match in re.finditer(r"[{};]", self.code):
            at, char = match.start(), match[0]
            if char == "{":
                if depth == 0:
                    begun = at
                depth += 1
            elif char == "}":
                depth = max(depth - 1, 0)
                if depth == 0:
                    signature = self.code[start:begun]
                    if "(" in signature and not signature.rstrip().endswith("="):
                        first = start + len(signature) - len(signature.lstrip())
                        yield self.line(first), self.line(at), signature
                    start = at + 1
            elif depth == 0:
                start = at + 1


class House:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.breaches = []

    def breach(self, path, line, rule, what):
        self.breaches.append(f"{path}:{line}: {rule}: {what}")

    def files(self):
        """What git keeps or would keep; in a folder without git, everything that is not built."""
        if (self.root / ".git").exists():
            command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
            listing = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
            names = listing.stdout.split("\0")
        else:
            names = [str(path.relative_to(self.root)) for path in self.root.rglob("*")]
            names = [name for name in names if not re.search(r"^build/|__pycache__|node_modules/", name)]
        return sorted(name for name in set(names) if name and (self.root / name).is_file())

    def check(self):
        names = self.files()
        self.check_tree(names)
        self.check_migrations(names)
        for name in names:
            self.check_file(name)
        return sorted(self.breaches)

    # ---- the tree

    def check_tree(self, names):
        strange = set()
        for name in names:
            path = pathlib.PurePosixPath(name)
            folder = str(path.parent)
            if folder == "." and name not in TOP_FILES:
                self.breach(name, 1, "tree", "this file has no place at the top")
            elif folder != "." and not FOLDERS.fullmatch(folder) and folder not in strange:
                strange.add(folder)
                self.breach(name, 1, "tree", f"the folder {folder}/ is not in the house")
            elif folder in ROOMS and path.suffix not in C_KINDS:
                self.breach(name, 1, "tree", "a room holds .c, .h and .def files")
            if path.name in LOCK_FILES:
                self.breach(name, 1, "lock", "exact versions stand in package.json and requirements.txt")

    def check_migrations(self, names):
        databases = {}
        for name in names:
            parts = name.split("/")
            if parts[0] != "migrations" or len(parts) != 3:
                continue
            match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", parts[2])
            if not match:
                self.breach(name, 1, "migration", "the name is to be NNNN_name.sql")
                continue
            have = databases.setdefault(parts[1], [])
            if int(match[1]) != len(have) + 1:
                self.breach(name, 1, "migration", f"the next number is {len(have) + 1:04d}")
            have.append(parts[2])
        for database, have in databases.items():
            for other, wanted in databases.items():
                for name in sorted(set(wanted) - set(have)):
                    self.breach(f"migrations/{other}/{name}", 1, "migration", f"{database} has none such")

    # ---- one file

    def check_file(self, name):
        path = pathlib.PurePosixPath(name)
        kind = path.suffix
        if name.startswith(DATA) or kind not in PROSE_KINDS and path.name != "CMakeLists.txt":
            return
        try:
            text = (self.root / name).read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            self.breach(name, 1, "text", "not UTF-8")
            return
        self.check_lines(name, kind, text)
        if kind in C_KINDS:
            self.check_c(name, Source(text))

    def check_lines(self, name, kind, text):
        most = TABLE_LINE_MAX if kind == ".def" else LINE_MAX
        for number, line in enumerate(text.split("\n"), 1):
            if kind in NARROW_KINDS and len(line) > most:
                self.breach(name, number, "width", f"{len(line)} columns, {most} are allowed")
            if UNFINISHED.search(line):
                self.breach(name, number, "unfinished", "finish it, or open an issue")
            if NO_ASSERTS.search(line):
                self.breach(name, number, "asserts", "asserts stay on in every build")

    def check_c(self, name, source):
        self.check_header(name, source)
        self.check_functions(name, source)
        room = name.split("/")[0]
        if room not in ROOMS:
            return
        self.check_size(name, source)
        self.check_includes(name, room, source)
        self.check_sql(name, source)
        self.check_parameters(name, source)
        if room in REMOVAL_ROOMS:
            self.check_removal(name, source)

    def check_header(self, name, source):
        first, _, rest = source.text.partition("\n")
        if first != SPDX:
            self.breach(name, 1, "header", f"the first line is to be {SPDX}")
        elif not rest.startswith("/*") or "*/" not in rest:
            self.breach(name, 2, "header", "a comment is to say what the file is for")
        elif rest[:rest.index("*/")].count("\n") >= HEADER_COMMENT_MAX:
            self.breach(name, 2, "header", f"the purpose takes more than {HEADER_COMMENT_MAX} lines")

    def check_functions(self, name, source):
        for first, last, signature in source.functions():
            # The main of a test is a list of tests.
            if name.startswith("tests/") and re.search(r"\bmain\s*\(", signature):
                continue
            if last - first + 1 > FUNCTION_MAX:
                called = re.search(r"(\w+)\s*\(", signature)
                self.breach(name, first, "length", f"{called[1] if called else 'a function'} has "
                            f"{last - first + 1} lines, {FUNCTION_MAX} are allowed")

    def check_size(self, name, source):
        most = LANGUAGE_FILE_MAX if LANGUAGE_FILE.fullmatch(name) else FILE_MAX
        lines = source.text.count("\n")
        if name.endswith(".c") and lines > most:
            self.breach(name, lines, "size", f"{lines} lines, {most} are allowed")

    def check_includes(self, name, room, source):
        for match in INCLUDE.finditer(source.uncommented):
            line, wanted = source.line(match.start()), match[1][1:-1]
            if match[1][0] == "<":
                self.check_library(name, line, wanted)
            else:
                self.check_arrow(name, room, line, wanted)

    def check_library(self, name, line, wanted):
        for pattern, homes in LIBRARIES.items():
            if re.fullmatch(pattern, wanted):
                if name not in homes and name.split("/")[0] + "/*" not in homes:
                    known = ", ".join(sorted(homes))
                    self.breach(name, line, "library", f"<{wanted}> is known to {known} only")
                return
        if not SYSTEM.fullmatch(wanted):
            self.breach(name, line, "library", f"<{wanted}> is known to nobody")

    def check_arrow(self, name, room, line, wanted):
        if GENERATED.get(wanted) == room:
            return
        target = wanted.split("/")[0] if "/" in wanted else None
        if target not in ROOMS:
            self.breach(name, line, "arrow", f"\"{wanted}\" is to be named as room/file.h")
        elif target not in ROOMS[room]:
            self.breach(name, line, "arrow", f"{room} may not include {target} (\"{wanted}\")")
        elif room not in PRIVATE.get(wanted, {room}):
            self.breach(name, line, "arrow", f"\"{wanted}\" is private to {', '.join(PRIVATE[wanted])}")
        elif wanted in PRIVATE_FILES and not PRIVATE_FILES[wanted].fullmatch(name):
            self.breach(name, line, "arrow", f"\"{wanted}\" is private to {PRIVATE_FILES[wanted].pattern}")

    def check_sql(self, name, source):
        if name == SQL_HOME:
            return
        for offset, string in source.strings:
            if SQL_WORDS.search(string) or SQL_QUIET.search(string):
                self.breach(name, source.line(offset), "sql", f"statements stand in {SQL_HOME}, migrations/")
            elif SQL_FRAME.match(string) and name not in SQL_FRAME_HOME:
                self.breach(name, source.line(offset), "sql", "transactions, pragmas stand in a store's file")

    def check_parameters(self, name, source):
        if name not in ERROR_HOME:
            for match in ERROR_NOT_LAST.finditer(source.code):
                self.breach(name, source.line(match.start()), "parameters",
                            "struct error * is the last parameter")
        for match in ARENA_NOT_BEFORE.finditer(source.code):
            if match["between"].strip():
                self.breach(name, source.line(match.start()), "parameters",
                            "struct arena * stands directly before struct error *")

    def check_removal(self, name, source):
        if name == REMOVAL_HOME:
            return
        for match in REMOVAL.finditer(source.code):
            self.breach(name, source.line(match.start()), "removal", f"only {REMOVAL_HOME} builds it")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    house = House(root)
    breaches = house.check()
    for breach in breaches:
        print(breach)
    print(f"tidy: {len(house.files())} files, {len(breaches)} breaches" if breaches
          else f"tidy: {len(house.files())} files, nothing to say")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())

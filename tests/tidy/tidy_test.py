#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one breach of each rule in a house made for it, and sees it reported: at its line, nothing else."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import tidy  # noqa: E402

HEAD = tidy.SPDX + "\n/* What it is for. */\n"
GOOD = {
    "CMakeLists.txt": "project(x)\n",
    "base/span.h": HEAD + "#include <stddef.h>\n",
    "base/digest.c": HEAD + "#include <nettle/md5.h>\n#include \"base/span.h\"\n",
    "storage/sql.def": HEAD + 'STATEMENT(SQL_GET, "SELECT a FROM b WHERE c = $1")\n',
    "storage/sqlite.h": HEAD + "#include <sqlite3.h>\n",
    "storage/sqlite.c": HEAD + '#include "storage/sqlite.h"\nstatic const char *begin = "BEGIN IMMEDIATE";\n',
    "registry/remove.c": HEAD + "#include \"registry/draft.h\"\n"
                         "void hide(struct change *change)\n{\n    change->kind = CHANGE_HIDE;\n}\n",
    "registry/draft.h": HEAD,
    "api/reply.c": HEAD + "#include <jansson.h>\n#include \"registry/view.h\"\n",
    "migrations/sqlite/0001_registry.sql": "CREATE TABLE a (b INTEGER);\n",
    "tests/unit/base/span_test.c": HEAD + "#include <cmocka.h>\nint main(void)\n{\n" + "\n" * 80 + "}\n",
    "docs/decisions/0001-title.md": "# Why\n",
}


def function(lines):
    return "int long_one(int a)\n{\n" + "    a++;\n" * (lines - 4) + "    return a;\n}\n"


class TidyTest(unittest.TestCase):
    def said(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**GOOD, **files}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
            return tidy.House(folder).check()

    def planted(self, name, text, line, rule):
        said = self.said({name: text})
        places = [":".join(breach.split(":")[:3]) for breach in said]
        self.assertEqual(places, [f"{name}:{line}: {rule}"], said)

    def fine(self, name, text):
        self.assertEqual(self.said({name: text}), [])

    def test_a_good_house_is_silent(self):
        self.assertEqual(self.said({}), [])

    def test_a_file_without_a_place_at_the_top(self):
        self.planted("NOTES.md", "", 1, "tree")

    def test_a_folder_that_is_not_in_the_house(self):
        self.planted("utils/a.c", HEAD, 1, "tree")
        self.planted("base/deep/a.c", HEAD, 1, "tree")
        self.planted("tests/unit/utils/a_test.c", HEAD, 1, "tree")

    def test_a_room_holds_c_and_tables(self):
        self.planted("base/a.py", "", 1, "tree")

    def test_a_lock_file(self):
        self.planted("tests/clients/package-lock.json", "{}", 1, "lock")

    def test_arrows_never_point_up(self):
        self.planted("base/a.c", HEAD + '#include "compat/schema.h"\n', 3, "arrow")
        self.planted("compat/a.c", HEAD + '#include "storage/store.h"\n', 3, "arrow")
        self.planted("storage/a.c", HEAD + '#include "registry/view.h"\n', 3, "arrow")
        self.planted("registry/a.c", HEAD + '#include "api/call.h"\n', 3, "arrow")
        self.planted("api/a.c", HEAD + '#include "server/http.h"\n', 3, "arrow")
        self.planted("api/a.c", HEAD + '#include "storage/store.h"\n', 3, "arrow")
        self.planted("server/a.c", HEAD + '#include "compat/schema.h"\n', 3, "arrow")
        self.planted("producer/a.c", HEAD + '#include "registry/view.h"\n', 3, "arrow")

    def test_an_include_in_a_comment_is_none(self):
        self.fine("base/a.c", HEAD + '/*\n#include "compat/schema.h"\n*/\n')

    def test_includes_are_named_from_the_root(self):
        self.planted("base/a.c", HEAD + '#include "span.h"\n', 3, "arrow")
        self.planted("base/a.c", HEAD + '#include "../base/span.h"\n', 3, "arrow")
        self.fine("producer/a.c", HEAD + '#include "mapping_genesys.h"\n')

    def test_private_headers(self):
        self.planted("api/a.c", HEAD + '#include "registry/draft.h"\n', 3, "arrow")
        self.planted("api/a.c", HEAD + '#include "registry/commit.h"\n', 3, "arrow")
        self.planted("registry/a.c", HEAD + '#include "compat/avro.h"\n', 3, "arrow")
        self.planted("compat/json.c", HEAD + '#include "compat/proto.h"\n', 3, "arrow")
        self.planted("storage/memory.c", HEAD + '#include "storage/sqlite.h"\n', 3, "arrow")

    def test_a_library_stays_in_its_file(self):
        for header in ("microhttpd.h", "sqlite3.h", "jansson.h", "nettle/md5.h", "avro.h", "curl/curl.h",
                       "zlib.h", "zstd.h", "sodium.h", "librdkafka/rdkafka.h", "pthread.h", "libpq-fe.h",
                       "gnutls/gnutls.h"):
            self.planted("compat/a.c", HEAD + f"#include <{header}>\n", 3, "library")
        self.planted("server/main.c", HEAD + "#include <microhttpd.h>\n", 3, "library")
        self.fine("server/http.c", HEAD + "#include <microhttpd.h>\n#include <pthread.h>\n")

    def test_a_library_nobody_knows(self):
        self.planted("base/a.c", HEAD + "#include <glib.h>\n", 3, "library")

    def test_statements_stand_in_one_place(self):
        for text in ("SELECT 1", "INSERT INTO a", "UPDATE a SET b = 1", "DELETE FROM a", "CREATE TABLE a",
                     "select a from b", "delete from a"):
            self.planted("storage/sqlite.c", HEAD + f'static const char *a = "{text}";\n', 3, "sql")
        self.planted("registry/a.c", HEAD + 'static const char *a = "PRAGMA x";\n', 3, "sql")
        self.fine("registry/a.c", HEAD + '/* DELETE FROM a */\nstatic const char *a = "DELETE /subjects";\n')

    def test_a_function_that_is_too_long(self):
        self.planted("base/a.c", HEAD + function(61), 3, "length")
        self.planted("tests/unit/base/a_test.c", HEAD + function(61), 3, "length")
        self.fine("base/a.c", HEAD + function(60))
        self.fine("base/a.c", HEAD + "static const int a[] = {\n" + "1,\n" * 90 + "};\n")

    def test_a_file_that_is_too_long(self):
        self.planted("base/a.c", HEAD + "int a;\n" * 299, 301, "size")
        self.fine("base/a.c", HEAD + "int a;\n" * 298)
        self.fine("compat/avro_text.c", HEAD + "int a;\n" * 898)
        self.planted("compat/resolve.c", HEAD + "int a;\n" * 299, 301, "size")
        self.fine("tests/unit/base/a_test.c", HEAD + "int a;\n" * 400)

    def test_a_file_says_what_it_is_for(self):
        self.planted("base/a.c", "int a;\n", 1, "header")
        self.planted("base/a.def", tidy.SPDX + "\nROW(a)\n", 2, "header")
        self.planted("base/a.h", tidy.SPDX + "\n/* a\n * b\n * c\n * d\n * e */\n", 2, "header")

    def test_a_line_that_is_too_wide(self):
        self.planted("base/a.c", HEAD + "/* " + "a" * 105 + " */\n", 3, "width")
        self.fine("base/a.c", HEAD + "/* " + "é" * 104 + " */\n")
        self.fine("tests/corpus/api/001_a.txt", "a" * 200)
        self.planted("base/a.def", HEAD + "/* " + "a" * 135 + " */\n", 3, "width")

    def test_the_error_comes_last(self):
        self.planted("base/a.c", HEAD + "bool a(struct error *err, int b);\n", 3, "parameters")
        early = "bool a(struct arena *arena, int b, struct error *err);\n"
        self.planted("base/a.h", HEAD + early, 3, "parameters")
        self.fine("base/a.h", HEAD + "bool a(int b, struct arena *arena, struct error *err);\n")
        self.fine("base/a.h", HEAD + "bool a(int b, struct error *err, const char *format, ...);\n")

    def test_removals_are_built_in_one_place(self):
        self.planted("registry/a.c", HEAD + "void a(void)\n{\n    c.kind = CHANGE_PURGE;\n}\n", 5, "removal")
        self.planted("registry/a.c", HEAD + "struct change c = {.kind = CHANGE_HIDE};\n", 3, "removal")
        self.planted("registry/a.c", HEAD + "void a(void)\n{\n    b(c, CHANGE_REVIVE);\n}\n", 5, "removal")
        self.fine("registry/a.c", HEAD + "void a(void)\n{\n    if (c.kind == CHANGE_HIDE)\n        b();\n}\n")
        self.fine("registry/a.c", HEAD + "void a(void)\n{\n    switch (k) {\n    case CHANGE_PURGE: b();\n"
                  "    }\n}\n")
        self.fine("storage/a.c", HEAD + "struct change c = {.kind = CHANGE_PURGE};\n")

    def test_migrations_are_numbered_without_gaps(self):
        self.planted("migrations/sqlite/0003_more.sql", "", 1, "migration")
        self.planted("migrations/sqlite/0001_same.sql", "", 1, "migration")
        self.planted("migrations/sqlite/two.sql", "", 1, "migration")

    def test_migrations_come_in_pairs(self):
        said = self.said({"migrations/postgres/0001_other.sql": ""})
        self.assertEqual(len(said), 2, said)

    def test_nothing_is_left_unfinished(self):
        self.planted("base/a.c", HEAD + "/* TO" + "DO: later */\n", 3, "unfinished")
        self.planted("tests/run.sh", "# FIX" + "ME\n", 1, "unfinished")

    def test_asserts_stay_on(self):
        self.planted("CMakeLists.txt", "add_compile_options(-DNDE" + "BUG)\n", 1, "asserts")

    def test_text_is_utf8(self):
        self.planted("base/a.c", HEAD.encode() + b"/* \xff */\n", 1, "text")


if __name__ == "__main__":
    unittest.main()

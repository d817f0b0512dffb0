-- SPDX-License-Identifier: Apache-2.0
-- One content may stand under several ids of a context: what is imported keeps the ids it had. SQLite cannot
-- drop a constraint of a table, so the table and the one that names it are made anew.

CREATE TABLE new_schemas (
    context TEXT NOT NULL REFERENCES contexts,        -- ids are counted per context
    id INTEGER NOT NULL                               -- what a record on the wire carries
        CHECK (id BETWEEN 1 AND 2147483647),
    type TEXT NOT NULL,                               -- 'AVRO'
    guid TEXT NOT NULL REFERENCES contents,           -- the content
    created INTEGER NOT NULL,                         -- when the id was first given
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE new_versions (
    context TEXT NOT NULL,                            -- of the subject, and of its ids
    subject TEXT NOT NULL,                            -- the name without its context
    version INTEGER NOT NULL                          -- the number within the subject
        CHECK (version BETWEEN 1 AND 2147483647),
    id INTEGER NOT NULL,                              -- the schema that this version is
    ts INTEGER NOT NULL,                              -- the time that the interface shows
    created INTEGER NOT NULL,                         -- when the version was registered
    superseded INTEGER NOT NULL,                      -- when it last stopped being the latest live one
    hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)), -- 1: soft-deleted
    recycled TEXT NOT NULL,                           -- when, by whom and why it was hidden: an object, or ''
    hold TEXT NOT NULL,                               -- what keeps it from being removed: an object, or ''
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, subject, version),
    FOREIGN KEY (context, id) REFERENCES new_schemas (context, id)
) STRICT, WITHOUT ROWID;

INSERT INTO new_schemas (context, id, type, guid, created, seq)
SELECT context, id, type, guid, created, seq FROM schemas;

INSERT INTO new_versions (context, subject, version, id, ts, created, superseded, hidden, recycled, hold, seq)
SELECT context, subject, version, id, ts, created, superseded, hidden, recycled, hold, seq FROM versions;

DROP TABLE versions;
DROP TABLE schemas;
ALTER TABLE new_schemas RENAME TO schemas;
ALTER TABLE new_versions RENAME TO versions;

-- Without it, each schema that goes would look through all versions for one that still needs it.
CREATE INDEX versions_by_id ON versions (context, id);

-- SPDX-License-Identifier: Apache-2.0
-- The registry as it stands, and its history. Times are milliseconds since 1970, 0: never. A text that may be
-- missing is empty, not NULL. Lists and objects are JSON. Every seq is the batch that wrote the row last.

CREATE TABLE registry (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one row
    seq INTEGER NOT NULL CHECK (seq >= 0)             -- the number of the last batch: the clock of all others
) STRICT;

INSERT INTO registry (one, seq) VALUES (1, 0);

CREATE TABLE contexts (
    context TEXT NOT NULL PRIMARY KEY,                -- '' is the default context, else '.name'
    last_id INTEGER NOT NULL                          -- the highest id ever given here; never goes down
        CHECK (last_id BETWEEN 0 AND 2147483647),
    body TEXT NOT NULL,                               -- an object; '': the context is gone, its last_id stays
    seq INTEGER NOT NULL                              -- the batch that wrote this row
) STRICT, WITHOUT ROWID;

CREATE TABLE contents (
    guid TEXT NOT NULL PRIMARY KEY,                   -- what the content hashes to, 36 characters
    text TEXT NOT NULL,                               -- the schema in its canonical form
    refs TEXT NOT NULL,                               -- references: a list of {name, subject, version}, or ''
    metadata TEXT NOT NULL,                           -- an object, or ''; sensitive values are sealed
    rules TEXT NOT NULL                               -- the rule set: an object, or ''
) STRICT;

CREATE TABLE schemas (
    context TEXT NOT NULL REFERENCES contexts,        -- ids are counted per context
    id INTEGER NOT NULL                               -- what a record on the wire carries
        CHECK (id BETWEEN 1 AND 2147483647),
    type TEXT NOT NULL,                               -- 'AVRO'
    guid TEXT NOT NULL REFERENCES contents,           -- the content
    created INTEGER NOT NULL,                         -- when the id was first given
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, id),
    UNIQUE (context, guid)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
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
    FOREIGN KEY (context, id) REFERENCES schemas (context, id)
) STRICT, WITHOUT ROWID;

-- Without it, each schema that goes would look through all versions for one that still needs it.
CREATE INDEX versions_by_id ON versions (context, id);

CREATE TABLE settings (
    context TEXT NOT NULL,                            -- the scope: a context …
    subject TEXT NOT NULL,                            -- … or one of its subjects; '': the context itself
    body TEXT NOT NULL,                               -- configuration and mode: an object
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
    context TEXT NOT NULL,                            -- the scope: a context …
    subject TEXT NOT NULL,                            -- … or one of its subjects; '': the context itself
    body TEXT NOT NULL,                               -- the retention policy: an object
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE associations (
    context TEXT NOT NULL,                            -- of the subject
    subject TEXT NOT NULL,                            -- the subject that is held
    body TEXT NOT NULL,                               -- the resources that hold it
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
    context TEXT NOT NULL,                            -- of the id
    id INTEGER NOT NULL,                              -- the schema that was used
    body TEXT NOT NULL,                               -- when and by which clients: an object
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE removals (
    seq INTEGER NOT NULL,                             -- the batch that took something away …
    ord INTEGER NOT NULL,                             -- … and the place in it
    kind TEXT NOT NULL                                -- what went: a version, a schema, the body of a scope
        CHECK (kind IN ('PURGE', 'FORGET', 'SETTINGS', 'POLICY', 'ASSOCIATION')),
    context TEXT NOT NULL,                            -- its context
    subject TEXT NOT NULL,                            -- its subject, or ''
    version INTEGER NOT NULL,                         -- its number, or 0
    id INTEGER NOT NULL,                              -- its id, or 0
    at INTEGER NOT NULL,                              -- when that was decided
    who TEXT NOT NULL,                                -- by whom
    why TEXT NOT NULL,                                -- the reason given, or ''
    PRIMARY KEY (seq, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq INTEGER NOT NULL,                             -- the batch …
    ord INTEGER NOT NULL,                             -- … and the place in it, from 0
    at INTEGER NOT NULL,                              -- when it was decided
    who TEXT NOT NULL,                                -- the principal, else the address
    agent TEXT NOT NULL,                              -- User-Agent
    why TEXT NOT NULL,                                -- the reason given, or ''
    kind TEXT NOT NULL,                               -- what happened: RECORD, VERSION, HIDE, …
    context TEXT NOT NULL,                            -- where: the context
    subject TEXT NOT NULL,                            -- … the subject, or ''
    version INTEGER NOT NULL,                         -- … the version, or 0
    id INTEGER NOT NULL,                              -- … the id, or 0
    body TEXT NOT NULL,                               -- what is afterwards: an object; texts by guid; or ''
    PRIMARY KEY (seq, ord)
) STRICT, WITHOUT ROWID;

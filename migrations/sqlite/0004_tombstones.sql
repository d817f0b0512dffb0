-- SPDX-License-Identifier: Apache-2.0
-- What was purged is remembered in a table of its own, with its guid and the number that its subject goes on
-- from.

CREATE TABLE tombstones (
    context TEXT NOT NULL,                            -- of the subject
    subject TEXT NOT NULL,                            -- the name without its context
    version INTEGER NOT NULL                          -- the number within the subject
        CHECK (version BETWEEN 1 AND 2147483647),
    id INTEGER NOT NULL,                              -- the schema that the version was
    guid TEXT NOT NULL,                               -- its content; '': it was purged before this was kept
    highest INTEGER NOT NULL,                         -- no number up to this is given again; 0: all are free
    at INTEGER NOT NULL,                              -- when it was purged
    who TEXT NOT NULL,                                -- by whom: the principal, else the address
    agent TEXT NOT NULL,                              -- User-Agent
    why TEXT NOT NULL,                                -- the reason, or ''
    seq INTEGER NOT NULL,                             -- the batch that wrote this row
    PRIMARY KEY (context, subject, version)
) STRICT, WITHOUT ROWID;

-- Of several removals under one number the last counts. The content is what the id was when it went.
INSERT OR REPLACE INTO tombstones (context, subject, version, id, guid, highest, at, who, agent, why, seq)
SELECT r.context, r.subject, r.version, r.id,
       COALESCE((SELECT json_extract(j.body, '$.guid') FROM journal j
                 WHERE j.kind = 'RECORD' AND j.context = r.context AND j.id = r.id AND j.seq <= r.seq
                 ORDER BY j.seq DESC LIMIT 1), ''),
       0, r.at, r.who, '', r.why, r.seq
FROM removals r WHERE r.kind = 'PURGE' ORDER BY r.seq, r.ord;

DELETE FROM removals WHERE kind = 'PURGE';

-- Whether anybody still needs a content that goes.
CREATE INDEX schemas_by_guid ON schemas (guid);

-- What version retention did, without looking through all registrations.
CREATE INDEX journal_of_retention ON journal (seq, ord)
WHERE kind IN ('HIDE', 'REVIVE', 'PURGE', 'RESTORE', 'HOLD', 'REFUSED');
CREATE INDEX journal_of_retention_by_subject ON journal (context, subject, seq, ord)
WHERE kind IN ('HIDE', 'REVIVE', 'PURGE', 'RESTORE', 'HOLD', 'REFUSED');

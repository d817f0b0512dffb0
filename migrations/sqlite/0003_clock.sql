-- SPDX-License-Identifier: Apache-2.0
-- What time it is for the store: where a manual clock stands, and where one begins that was never set.

ALTER TABLE registry ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;  -- the latest time a batch was written at
ALTER TABLE registry ADD COLUMN clock INTEGER NOT NULL DEFAULT -1;  -- where a test set it last; -1: nowhere

UPDATE registry SET newest = (SELECT COALESCE(MAX(at), 0) FROM journal);

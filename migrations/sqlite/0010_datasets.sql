-- How long people worked on a task: since when it is held, and how long it was held before.
ALTER TABLE task ADD COLUMN claimed_at INTEGER;
ALTER TABLE task ADD COLUMN worked_ms INTEGER NOT NULL DEFAULT 0;
-- When subject, body and attributes were erased.
ALTER TABLE task ADD COLUMN erased_at INTEGER;

-- What files say of their examples. For a task's label the task itself says it.
ALTER TABLE label ADD COLUMN priority TEXT;
ALTER TABLE label ADD COLUMN handling_minutes REAL;

-- The parts of a label that was split, as a JSON array.
ALTER TABLE label_name ADD COLUMN parts TEXT;

-- Selections of labels that never change.
CREATE TABLE dataset (
    number     INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    filter     TEXT NOT NULL, -- a JSON object
    sha256     TEXT NOT NULL UNIQUE,
    counts     TEXT NOT NULL, -- a JSON array
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

-- Texts stand with their labels or tasks: what is erased there is erased here.
CREATE TABLE dataset_example (
    dataset          INTEGER NOT NULL REFERENCES dataset (number),
    place            INTEGER NOT NULL,
    label_id         TEXT NOT NULL REFERENCES label (id),
    held_out         INTEGER NOT NULL CHECK (held_out IN (0, 1)),
    label            TEXT NOT NULL, -- as it was called then
    priority         TEXT,
    handling_minutes REAL,
    PRIMARY KEY (dataset, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER dataset_is_final BEFORE UPDATE ON dataset
BEGIN
    SELECT RAISE(ABORT, 'a dataset never changes');
END;

CREATE TRIGGER dataset_is_kept BEFORE DELETE ON dataset
BEGIN
    SELECT RAISE(ABORT, 'a dataset is never removed');
END;

CREATE TRIGGER dataset_example_is_final BEFORE UPDATE ON dataset_example
BEGIN
    SELECT RAISE(ABORT, 'a dataset never changes');
END;

CREATE TRIGGER dataset_example_is_kept BEFORE DELETE ON dataset_example
BEGIN
    SELECT RAISE(ABORT, 'a dataset never changes');
END;

ALTER TABLE model ADD COLUMN dataset INTEGER REFERENCES dataset (number);

-- Files of examples that came or come in.
CREATE TABLE label_import (
    id         TEXT PRIMARY KEY,
    file_name  TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    state      TEXT NOT NULL,
    skip_bad   INTEGER NOT NULL CHECK (skip_bad IN (0, 1)),
    good       INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    known      INTEGER NOT NULL,
    bad        INTEGER NOT NULL,
    problems   TEXT NOT NULL, -- a JSON array
    message    TEXT NOT NULL,
    started_by TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;

-- What a run did, as a JSON array.
ALTER TABLE training_run ADD COLUMN log TEXT NOT NULL DEFAULT '[]';

-- A task that is put aside. The state's names are checked by the table, which is too large to be written anew: such a task
-- keeps the name `queued` and says when it comes back. Whatever looks for waiting tasks asks for that time to be empty. The
-- index of waiting tasks holds no others, so a statement that forgets to ask cannot walk it.
ALTER TABLE task ADD COLUMN snoozed_until INTEGER CHECK (snoozed_until IS NULL OR state = 'queued');
ALTER TABLE task ADD COLUMN snooze_kind TEXT;
ALTER TABLE task ADD COLUMN snoozed_at INTEGER;
ALTER TABLE task ADD COLUMN snoozed_by TEXT;
ALTER TABLE task ADD COLUMN snoozed_by_name TEXT;
ALTER TABLE task ADD COLUMN snooze_reason TEXT;

-- The last column, which is always empty here, lets a statement ask for it without reading the table's rows.
DROP INDEX task_waiting;
CREATE INDEX task_waiting ON task (queue, urgency, due, id, snoozed_until)
    WHERE state = 'queued' AND snoozed_until IS NULL;
CREATE INDEX task_snoozed ON task (id) WHERE snoozed_until IS NOT NULL;
CREATE INDEX task_by_return ON task (snoozed_until, id) WHERE snoozed_until IS NOT NULL;
CREATE INDEX task_by_snoozer ON task (snoozed_by, snoozed_until, id) WHERE snoozed_until IS NOT NULL;

DROP TRIGGER task_moves;

-- What is put aside counts in no queue.
CREATE TRIGGER task_moves AFTER UPDATE OF state, queue, snoozed_until ON task
WHEN NEW.state <> OLD.state OR NEW.queue IS NOT OLD.queue
    OR (NEW.snoozed_until IS NULL) <> (OLD.snoozed_until IS NULL)
BEGIN
    UPDATE counter SET n = n - 1 WHERE scope = OLD.state AND name = OLD.queue AND OLD.snoozed_until IS NULL;
    INSERT INTO counter (scope, name, n)
    SELECT NEW.state, NEW.queue, 1 WHERE NEW.queue IS NOT NULL AND NEW.snoozed_until IS NULL
    ON CONFLICT (scope, name) DO UPDATE SET n = n + 1;
    UPDATE counter
    SET n = n + (NEW.state IN ('resolved', 'closed', 'dead_letter')) - (OLD.state IN ('resolved', 'closed', 'dead_letter'))
    WHERE scope = 'total' AND name = 'finished';
    UPDATE counter SET n = n + (NEW.state = 'awaiting_approval') - (OLD.state = 'awaiting_approval')
    WHERE scope = 'total' AND name = 'awaiting_approval';
END;

-- How tasks were resolved the last time, so that it can be taken back.
CREATE TABLE resolution (
    task_id       TEXT PRIMARY KEY REFERENCES task (id),
    resolved_at   INTEGER NOT NULL,
    resolved_by   TEXT NOT NULL, -- an identifier
    resolver_name TEXT NOT NULL,
    queue         TEXT NOT NULL,
    label_id      TEXT REFERENCES label (id),
    escalation_id TEXT REFERENCES escalation (id),
    reply         TEXT -- nothing when there was none or it was erased
) STRICT;

-- A label that somebody took back: it never counts as anybody's word again.
ALTER TABLE label ADD COLUMN withdrawn_at INTEGER;

-- What people are writing.
CREATE TABLE draft (
    task_id  TEXT NOT NULL REFERENCES task (id),
    user_id  TEXT NOT NULL REFERENCES user (id),
    revision INTEGER NOT NULL CHECK (revision > 0),
    saved_at INTEGER NOT NULL,
    note     TEXT NOT NULL,
    reply    TEXT NOT NULL,
    PRIMARY KEY (task_id, user_id)
) STRICT;

CREATE INDEX draft_of_user ON draft (user_id, saved_at, task_id);

-- What people say to each other about tasks. An empty text was erased with its task's.
CREATE TABLE task_comment (
    id          TEXT PRIMARY KEY,
    task_id     TEXT NOT NULL REFERENCES task (id),
    author      TEXT NOT NULL, -- an identifier
    author_name TEXT NOT NULL,
    written_at  INTEGER NOT NULL,
    mentions    TEXT NOT NULL, -- a JSON array
    text        TEXT NOT NULL
) STRICT;

CREATE INDEX task_comment_of_task ON task_comment (task_id, id);

CREATE TRIGGER task_comment_is_final BEFORE UPDATE ON task_comment
WHEN NEW.text <> '' OR NEW.id <> OLD.id OR NEW.task_id <> OLD.task_id OR NEW.author <> OLD.author
    OR NEW.author_name <> OLD.author_name OR NEW.written_at <> OLD.written_at
BEGIN
    SELECT RAISE(ABORT, 'a comment never changes');
END;

CREATE TRIGGER task_comment_is_kept BEFORE DELETE ON task_comment
BEGIN
    SELECT RAISE(ABORT, 'a comment is never removed');
END;

CREATE TABLE watcher (
    task_id TEXT NOT NULL REFERENCES task (id),
    user_id TEXT NOT NULL REFERENCES user (id),
    since   INTEGER NOT NULL,
    PRIMARY KEY (task_id, user_id)
) STRICT, WITHOUT ROWID;

-- What people are told of tasks that they watch. The oldest are forgotten.
CREATE TABLE notice (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES user (id),
    task_id     TEXT NOT NULL REFERENCES task (id),
    kind        TEXT NOT NULL,
    by_name     TEXT, -- nothing when it happened by itself
    happened_at INTEGER NOT NULL,
    read_at     INTEGER
) STRICT;

CREATE INDEX notice_of_user ON notice (user_id, id);
CREATE INDEX notice_unread ON notice (user_id, id) WHERE read_at IS NULL;

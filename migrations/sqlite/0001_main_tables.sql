-- Identifiers are prefixed ULIDs as text, so that ordering by identifier is ordering by creation; times are milliseconds
-- since 1970. An applied migration never changes: what comes later is a file of its own.

-- Numbers kept with every write, so that no page ever counts rows. Submissions add theirs once a batch; everything later
-- in a row's life is counted by the triggers below.
CREATE TABLE counter (
    scope TEXT NOT NULL, -- total, queued, claimed, destination, label
    name  TEXT NOT NULL, -- what is counted in the scope: a total's name, a queue, a destination, a label
    n     INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
    name        TEXT PRIMARY KEY,
    title       TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('people', 'automation')),
    sla_minutes INTEGER NOT NULL
) STRICT;

-- What changes stands first and what is long stands last: a list never reads the overflow pages of long texts.
CREATE TABLE task (
    id               TEXT PRIMARY KEY,
    state            TEXT NOT NULL
                     CHECK (state IN ('queued', 'claimed', 'awaiting_approval', 'resolved', 'closed', 'dead_letter')),
    queue            TEXT,             -- where it waits or was taken from
    urgency          INTEGER NOT NULL, -- 0 urgent to 3 low: ascending is the order of work
    due              INTEGER NOT NULL, -- 9223372036854775807 when it is never late
    label            TEXT,
    decision_id      TEXT NOT NULL,
    last_token       INTEGER NOT NULL,
    escalation_level INTEGER NOT NULL,
    holder           TEXT,
    holder_name      TEXT,
    claim_token      INTEGER,
    lease_until      INTEGER,
    automation       TEXT,             -- what runs after a yes
    otherwise        TEXT,             -- the queue after a no
    ended_at         INTEGER,
    ended_by         TEXT,
    ended_reason     TEXT,
    submitted_at     INTEGER NOT NULL,
    submitted_by     TEXT NOT NULL,
    channel          TEXT NOT NULL,
    external_id      TEXT,
    priority_hint    TEXT,
    callback_url     TEXT,
    subject          TEXT NOT NULL,
    attributes       TEXT NOT NULL,    -- a JSON object
    body             TEXT NOT NULL
) STRICT;

CREATE INDEX task_waiting ON task (queue, urgency, due, id) WHERE state = 'queued';
CREATE INDEX task_by_holder ON task (holder, lease_until, id) WHERE state = 'claimed';
CREATE INDEX task_by_lease ON task (lease_until, id) WHERE state = 'claimed';
CREATE INDEX task_claimed_due ON task (queue, due) WHERE state = 'claimed';
CREATE INDEX task_by_state ON task (state, id);
CREATE INDEX task_by_queue ON task (queue, id) WHERE queue IS NOT NULL;
CREATE INDEX task_by_label ON task (label, id) WHERE label IS NOT NULL;
CREATE INDEX task_by_external_id ON task (external_id, id) WHERE external_id IS NOT NULL;

CREATE TRIGGER task_moves AFTER UPDATE OF state, queue ON task
WHEN NEW.state <> OLD.state OR NEW.queue IS NOT OLD.queue
BEGIN
    UPDATE counter SET n = n - 1 WHERE scope = OLD.state AND name = OLD.queue;
    INSERT INTO counter (scope, name, n) SELECT NEW.state, NEW.queue, 1 WHERE NEW.queue IS NOT NULL
    ON CONFLICT (scope, name) DO UPDATE SET n = n + 1;
    UPDATE counter
    SET n = n + (NEW.state IN ('resolved', 'closed', 'dead_letter')) - (OLD.state IN ('resolved', 'closed', 'dead_letter'))
    WHERE scope = 'total' AND name = 'finished';
    UPDATE counter SET n = n + (NEW.state = 'awaiting_approval') - (OLD.state = 'awaiting_approval')
    WHERE scope = 'total' AND name = 'awaiting_approval';
END;

-- The columns beside the document are what lists are narrowed by. Nothing but the mark of a correction ever changes.
CREATE TABLE decision (
    id            TEXT PRIMARY KEY,
    task_id       TEXT NOT NULL REFERENCES task (id),
    label         TEXT,
    destination   TEXT, -- the queue or automation
    rule          TEXT,
    model_version TEXT,
    corrected     INTEGER NOT NULL DEFAULT 0 CHECK (corrected IN (0, 1)),
    document      TEXT NOT NULL -- the whole decision as JSON
) STRICT;

CREATE INDEX decision_by_task ON decision (task_id, id);
CREATE INDEX decision_by_label ON decision (label, id) WHERE label IS NOT NULL;
CREATE INDEX decision_by_destination ON decision (destination, id) WHERE destination IS NOT NULL;
CREATE INDEX decision_by_rule ON decision (rule, id) WHERE rule IS NOT NULL;
CREATE INDEX decision_by_model ON decision (model_version, id) WHERE model_version IS NOT NULL;
CREATE INDEX decision_corrected ON decision (id) WHERE corrected = 1;

CREATE TRIGGER decision_is_final
BEFORE UPDATE OF id, task_id, label, destination, rule, model_version, document ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision never changes');
END;

CREATE TRIGGER decision_correction_is_final BEFORE UPDATE OF corrected ON decision WHEN NEW.corrected < OLD.corrected
BEGIN
    SELECT RAISE(ABORT, 'a decision never changes');
END;

CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never removed');
END;

CREATE TRIGGER decision_is_corrected AFTER UPDATE OF corrected ON decision WHEN NEW.corrected > OLD.corrected
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'corrected';
END;

CREATE TABLE correction (
    id           TEXT PRIMARY KEY,
    task_id      TEXT NOT NULL REFERENCES task (id),
    decision_id  TEXT NOT NULL REFERENCES decision (id),
    field        TEXT NOT NULL,
    old_value    TEXT,
    new_value    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    corrected_by TEXT NOT NULL,
    corrected_at INTEGER NOT NULL
) STRICT;

CREATE INDEX correction_by_task ON correction (task_id, id);

CREATE TABLE escalation (
    id         TEXT PRIMARY KEY,
    task_id    TEXT NOT NULL REFERENCES task (id),
    level      INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    raised_by  TEXT NOT NULL,
    raised_at  INTEGER NOT NULL,
    from_queue TEXT NOT NULL,
    to_queue   TEXT NOT NULL,
    due_at     INTEGER NOT NULL,
    state      TEXT NOT NULL,
    closed_at  INTEGER
) STRICT;

CREATE INDEX escalation_by_task ON escalation (task_id, id);
CREATE INDEX escalation_open ON escalation (due_at, id) WHERE state = 'open';
CREATE UNIQUE INDEX escalation_open_of_task ON escalation (task_id) WHERE state = 'open';

CREATE TRIGGER escalation_is_raised AFTER INSERT ON escalation WHEN NEW.state = 'open'
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'escalations';
END;

CREATE TRIGGER escalation_changes AFTER UPDATE OF state ON escalation
BEGIN
    UPDATE counter SET n = n + (NEW.state = 'open') - (OLD.state = 'open')
    WHERE scope = 'total' AND name = 'escalations';
END;

CREATE TABLE idempotency (
    key_digest  TEXT PRIMARY KEY,
    body_digest TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- A task's text stands in the task alone; only imported labels carry their own.
CREATE TABLE label (
    id            TEXT PRIMARY KEY,
    holds         INTEGER NOT NULL CHECK (holds IN (0, 1)), -- 0 once a later label of the same task took its place
    task_id       TEXT REFERENCES task (id),
    label         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    given_by      TEXT NOT NULL,
    given_at      INTEGER NOT NULL,
    predicted     TEXT,
    confidence    REAL,
    model_version TEXT,
    digest        TEXT NOT NULL,
    imported_text TEXT,
    CHECK ((task_id IS NULL) = (imported_text IS NOT NULL))
) STRICT;

CREATE INDEX label_holding ON label (id) WHERE holds = 1;
CREATE INDEX label_by_name ON label (label, id) WHERE holds = 1;
CREATE INDEX label_by_kind ON label (kind, id) WHERE holds = 1;
CREATE UNIQUE INDEX label_of_task ON label (task_id) WHERE holds = 1 AND task_id IS NOT NULL;

CREATE TRIGGER label_is_added AFTER INSERT ON label WHEN NEW.holds = 1
BEGIN
    INSERT INTO counter (scope, name, n) VALUES ('label', NEW.label, 1)
    ON CONFLICT (scope, name) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER label_is_replaced AFTER UPDATE OF holds ON label
BEGIN
    UPDATE counter SET n = n + NEW.holds - OLD.holds WHERE scope = 'label' AND name = NEW.label;
END;

CREATE TABLE model (
    version        INTEGER PRIMARY KEY,
    stage          TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    dataset_sha256 TEXT NOT NULL,
    trained_on     INTEGER NOT NULL,
    labels         TEXT NOT NULL, -- a JSON array
    metrics        TEXT,          -- a JSON object
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL,
    promoted_at    INTEGER
) STRICT;

CREATE UNIQUE INDEX model_champion ON model (stage) WHERE stage = 'champion';

CREATE TABLE training_run (
    id               TEXT PRIMARY KEY,
    state            TEXT NOT NULL,
    progress_percent INTEGER NOT NULL,
    message          TEXT NOT NULL,
    started_by       TEXT NOT NULL,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    model_version    INTEGER
) STRICT;

CREATE TABLE policy_version (
    version      INTEGER PRIMARY KEY,
    stage        TEXT NOT NULL,
    document     TEXT NOT NULL, -- JSON
    note         TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    activated_at INTEGER,
    activated_by TEXT
) STRICT;

CREATE UNIQUE INDEX policy_active ON policy_version (stage) WHERE stage = 'active';

CREATE TRIGGER policy_version_is_final
BEFORE UPDATE OF version, document, note, created_by, created_at ON policy_version
BEGIN
    SELECT RAISE(ABORT, 'the document of a policy version never changes');
END;

CREATE TRIGGER policy_version_is_kept BEFORE DELETE ON policy_version
BEGIN
    SELECT RAISE(ABORT, 'a policy version is never removed');
END;

CREATE TABLE user (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER
) STRICT;

CREATE TABLE session (
    digest     TEXT PRIMARY KEY,
    user_id    TEXT REFERENCES user (id),
    data       TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_user ON session (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE api_key (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    scopes        TEXT NOT NULL, -- a JSON array
    secret_digest TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    revoked_at    INTEGER
) STRICT;

CREATE TABLE audit_event (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    detail     TEXT NOT NULL, -- JSON, hashed as it stands here
    hash       TEXT NOT NULL
) STRICT;

CREATE INDEX audit_event_by_subject ON audit_event (subject, seq);

CREATE TRIGGER audit_event_is_final BEFORE UPDATE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;

-- AUTOINCREMENT: a position is never used again, also when old events are cleared away.
CREATE TABLE domain_event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    at      INTEGER NOT NULL,
    payload TEXT NOT NULL -- JSON
) STRICT;

INSERT INTO counter (scope, name, n)
VALUES ('total', 'submitted', 0), ('total', 'finished', 0), ('total', 'corrected', 0), ('total', 'fallbacks', 0),
       ('total', 'awaiting_approval', 0), ('total', 'escalations', 0);

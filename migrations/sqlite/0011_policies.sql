-- A version of the policy is written as a draft, reviewed, and let decide step by step.
ALTER TABLE policy_version ADD COLUMN revision INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0);
ALTER TABLE policy_version ADD COLUMN based_on INTEGER REFERENCES policy_version (version);
ALTER TABLE policy_version ADD COLUMN authors TEXT NOT NULL DEFAULT '[]'; -- a JSON array
ALTER TABLE policy_version ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE policy_version ADD COLUMN saved_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE policy_version ADD COLUMN approval TEXT; -- a JSON object
ALTER TABLE policy_version ADD COLUMN schedule TEXT; -- a JSON object
ALTER TABLE policy_version ADD COLUMN scheduled_at INTEGER;
ALTER TABLE policy_version ADD COLUMN rollout_percent INTEGER CHECK (rollout_percent BETWEEN 0 AND 100);
ALTER TABLE policy_version ADD COLUMN rollout_since INTEGER;
ALTER TABLE policy_version ADD COLUMN set_aside TEXT; -- why

UPDATE policy_version SET saved_by = created_by, saved_at = created_at;

CREATE UNIQUE INDEX policy_challenger ON policy_version (stage IN ('shadow', 'canary')) WHERE stage IN ('shadow', 'canary');
CREATE INDEX policy_retired ON policy_version (activated_at) WHERE stage = 'retired' AND activated_at IS NOT NULL;
CREATE INDEX policy_scheduled ON policy_version (scheduled_at, version) WHERE scheduled_at IS NOT NULL;

DROP TRIGGER policy_version_is_final;

CREATE TRIGGER policy_version_is_final BEFORE UPDATE OF version, created_by, created_at ON policy_version
BEGIN
    SELECT RAISE(ABORT, 'where a policy version comes from never changes');
END;

CREATE TRIGGER policy_version_text_is_final
BEFORE UPDATE OF document, note, revision, based_on, authors, saved_by, saved_at ON policy_version WHEN OLD.stage <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'the document of a policy version never changes once it is no draft');
END;

CREATE TRIGGER policy_version_is_no_draft_again BEFORE UPDATE OF stage ON policy_version
WHEN NEW.stage = 'draft' AND OLD.stage NOT IN ('draft', 'in_review')
BEGIN
    SELECT RAISE(ABORT, 'a policy version that decided never is a draft again');
END;

-- The document of each revision: whoever began from an earlier one sees what changed since.
CREATE TABLE policy_revision (
    version  INTEGER NOT NULL REFERENCES policy_version (version),
    revision INTEGER NOT NULL,
    document TEXT NOT NULL, -- JSON
    PRIMARY KEY (version, revision)
) STRICT;

INSERT INTO policy_revision (version, revision, document) SELECT version, revision, document FROM policy_version;

CREATE TRIGGER policy_version_is_added AFTER INSERT ON policy_version
BEGIN
    INSERT INTO policy_revision (version, revision, document) VALUES (NEW.version, NEW.revision, NEW.document);
END;

CREATE TRIGGER policy_version_is_rewritten AFTER UPDATE OF document, revision ON policy_version
WHEN NEW.revision <> OLD.revision OR NEW.document <> OLD.document
BEGIN
    INSERT INTO policy_revision (version, revision, document) VALUES (NEW.version, NEW.revision, NEW.document)
    ON CONFLICT (version, revision) DO UPDATE SET document = excluded.document;
END;

CREATE TRIGGER policy_revision_is_kept BEFORE DELETE ON policy_revision
BEGIN
    SELECT RAISE(ABORT, 'a revision of a policy is never removed');
END;

-- What was said about versions.
CREATE TABLE policy_comment (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL REFERENCES policy_version (version),
    revision INTEGER NOT NULL,
    rule     TEXT,
    given_by TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    verdict  TEXT,
    text     TEXT NOT NULL
) STRICT;

CREATE INDEX policy_comment_of_version ON policy_comment (version, id);

CREATE TRIGGER policy_comment_is_final BEFORE UPDATE ON policy_comment
BEGIN
    SELECT RAISE(ABORT, 'a comment never changes');
END;

CREATE TRIGGER policy_comment_is_kept BEFORE DELETE ON policy_comment
BEGIN
    SELECT RAISE(ABORT, 'a comment is never removed');
END;

-- Values of the workspace that people change: guardrails, switches, prices.
CREATE TABLE setting (
    name     TEXT PRIMARY KEY,
    revision INTEGER NOT NULL CHECK (revision > 0),
    value    TEXT NOT NULL -- JSON
) STRICT;

-- Counts the changes of everything that decisions are made by: whoever keeps it in memory reads one row to know.
INSERT INTO counter (scope, name, n) VALUES ('total', 'epoch', 0);

CREATE TRIGGER policy_version_begins_to_decide AFTER INSERT ON policy_version WHEN NEW.stage IN ('active', 'shadow', 'canary')
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'epoch';
END;

CREATE TRIGGER policy_version_decides_otherwise AFTER UPDATE OF stage, rollout_percent ON policy_version
WHEN (NEW.stage IN ('active', 'shadow', 'canary') OR OLD.stage IN ('active', 'shadow', 'canary'))
    AND (NEW.stage <> OLD.stage OR NEW.rollout_percent IS NOT OLD.rollout_percent)
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'epoch';
END;

CREATE TRIGGER setting_is_added AFTER INSERT ON setting
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'epoch';
END;

CREATE TRIGGER setting_changes AFTER UPDATE ON setting
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'epoch';
END;

-- What policies in shadow would have done. The oldest are forgotten.
CREATE TABLE policy_shadow (
    id             INTEGER PRIMARY KEY,
    decision_id    TEXT NOT NULL UNIQUE REFERENCES decision (id) DEFERRABLE INITIALLY DEFERRED, -- the live one beside it
    task_id        TEXT NOT NULL REFERENCES task (id) DEFERRABLE INITIALLY DEFERRED,
    policy_version INTEGER NOT NULL REFERENCES policy_version (version),
    destination    TEXT NOT NULL, -- a JSON object
    rule           TEXT
) STRICT;

CREATE INDEX policy_shadow_of_version ON policy_shadow (policy_version, decision_id);

-- Who may say yes to the automation, and when no answer counts as a no. Earlier approvals wait for a supervisor without end.
ALTER TABLE task ADD COLUMN approver TEXT;
ALTER TABLE task ADD COLUMN approval_until INTEGER;

CREATE INDEX task_by_approval_end ON task (approval_until, id)
    WHERE state = 'awaiting_approval' AND approval_until IS NOT NULL;

-- The areas of the policy that somebody may change, as JSON arrays; all of it when there is none.
ALTER TABLE user ADD COLUMN areas TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_key ADD COLUMN areas TEXT NOT NULL DEFAULT '[]';

-- Who held tasks in which hour since 1970: people alone, and nothing of what comes in, which is most of the log.
CREATE INDEX audit_event_at_work ON audit_event (at / 3600000, actor, at, action)
    WHERE substr(actor, 1, 5) = 'user_' AND action IN (
        'task.claimed', 'task.released', 'task.resolved', 'task.failed', 'task.corrected', 'task.escalated',
        'task.handed_back'
    );

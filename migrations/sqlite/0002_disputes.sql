-- Labels say more of where they come from. Earlier ones do not know.
ALTER TABLE label ADD COLUMN given_by_id TEXT;
ALTER TABLE label ADD COLUMN decision_id TEXT REFERENCES decision (id);
ALTER TABLE label ADD COLUMN replaced TEXT;
ALTER TABLE label ADD COLUMN saw_model INTEGER CHECK (saw_model IN (0, 1));

CREATE INDEX label_by_digest ON label (digest, id);

-- Texts of which more than one thing is said, or the same thing by more than one person. Kept with every new label.
CREATE TABLE dispute (
    digest    TEXT PRIMARY KEY,
    open      INTEGER NOT NULL CHECK (open IN (0, 1)), -- 1 while the labels contradict each other
    opened_at INTEGER NOT NULL -- when the last of its labels was given
) STRICT, WITHOUT ROWID;

CREATE INDEX dispute_open ON dispute (opened_at, digest) WHERE open = 1;
CREATE INDEX dispute_by_time ON dispute (opened_at);

INSERT INTO counter (scope, name, n) VALUES ('total', 'disputes', 0);

CREATE TRIGGER dispute_begins AFTER INSERT ON dispute WHEN NEW.open = 1
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'disputes';
END;

CREATE TRIGGER dispute_changes AFTER UPDATE OF open ON dispute
BEGIN
    UPDATE counter SET n = n + NEW.open - OLD.open WHERE scope = 'total' AND name = 'disputes';
END;

INSERT INTO dispute (digest, open, opened_at)
SELECT digest, 1, max(given_at) FROM label WHERE holds = 1 GROUP BY digest HAVING count(DISTINCT label) > 1;

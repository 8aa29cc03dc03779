-- Names of labels that somebody described, renamed, merged or retired; any other that has examples is active.
CREATE TABLE label_name (
    name       TEXT PRIMARY KEY,
    about      TEXT NOT NULL,
    retired    INTEGER NOT NULL CHECK (retired IN (0, 1)),
    became     TEXT, -- the label that it is now
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a label was called when it was given, when it was renamed since.
ALTER TABLE label ADD COLUMN given_as TEXT;

CREATE TRIGGER label_is_renamed AFTER UPDATE OF label ON label WHEN NEW.holds = 1 AND NEW.label <> OLD.label
BEGIN
    UPDATE counter SET n = n - 1 WHERE scope = 'label' AND name = OLD.label;
    INSERT INTO counter (scope, name, n) VALUES ('label', NEW.label, 1)
    ON CONFLICT (scope, name) DO UPDATE SET n = n + 1;
END;

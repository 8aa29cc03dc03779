-- Labels that the last training held for wrong. What a person kept stays kept, whatever later trainings say.
CREATE TABLE suspicion (
    label_id             TEXT PRIMARY KEY REFERENCES label (id),
    suggested            TEXT NOT NULL,
    given_confidence     REAL NOT NULL,
    suggested_confidence REAL NOT NULL,
    threshold            REAL NOT NULL,
    lead                 REAL NOT NULL, -- how far the suggestion is ahead
    open                 INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX suspicion_open ON suspicion (lead DESC, label_id) WHERE open = 1;

INSERT INTO counter (scope, name, n) VALUES ('total', 'suspicions', 0);

CREATE TRIGGER suspicion_begins AFTER INSERT ON suspicion WHEN NEW.open = 1
BEGIN
    UPDATE counter SET n = n + 1 WHERE scope = 'total' AND name = 'suspicions';
END;

CREATE TRIGGER suspicion_is_answered AFTER UPDATE OF open ON suspicion
BEGIN
    UPDATE counter SET n = n + NEW.open - OLD.open WHERE scope = 'total' AND name = 'suspicions';
END;

CREATE TRIGGER suspicion_is_dropped AFTER DELETE ON suspicion WHEN OLD.open = 1
BEGIN
    UPDATE counter SET n = n - 1 WHERE scope = 'total' AND name = 'suspicions';
END;

-- Whatever takes a label's place answers the suspicion.
CREATE TRIGGER suspicion_ends AFTER UPDATE OF holds ON label WHEN NEW.holds = 0
BEGIN
    DELETE FROM suspicion WHERE label_id = NEW.id AND open = 1;
END;

-- Comparisons of the latest work with what came in when a model became champion.
CREATE TABLE drift_point (
    model_version INTEGER NOT NULL REFERENCES model (version),
    until         TEXT NOT NULL, -- the last decision of the window
    signal        TEXT NOT NULL,
    at            INTEGER NOT NULL,
    value         REAL NOT NULL,
    threshold     REAL NOT NULL,
    rings         INTEGER NOT NULL CHECK (rings IN (0, 1)),
    streak        INTEGER NOT NULL,
    PRIMARY KEY (model_version, until, signal)
) STRICT, WITHOUT ROWID;

-- What a model said of the examples that it was measured on and did not learn from.
CREATE TABLE evaluation_case (
    model_version       INTEGER NOT NULL REFERENCES model (version),
    label_id            TEXT NOT NULL REFERENCES label (id),
    truth               TEXT NOT NULL, -- as it was called when the model was measured
    answer              TEXT NOT NULL,
    confidence          REAL NOT NULL,
    out_of_scope        REAL NOT NULL,
    champion_answer     TEXT,
    champion_confidence REAL,
    PRIMARY KEY (model_version, label_id),
    CHECK ((champion_answer IS NULL) = (champion_confidence IS NULL))
) STRICT, WITHOUT ROWID;

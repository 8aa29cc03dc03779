-- With which probability a label's task was chosen to be looked at by people; nothing when nobody chose: examples of files, and
-- tasks that a machine had done and somebody took up again.
ALTER TABLE label ADD COLUMN chosen_with REAL CHECK (chosen_with > 0 AND chosen_with <= 1);

UPDATE label SET chosen_with = 1 WHERE task_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM decision
    WHERE decision.task_id = label.task_id AND decision.document ->> '$.destination.kind' <> 'queue'
);

CREATE INDEX label_of_model ON label (model_version, id)
    WHERE holds = 1 AND chosen_with IS NOT NULL AND predicted IS NOT NULL;

-- How right the answers for a label are to be before anything is left to machines.
CREATE TABLE automation_goal (
    label   TEXT PRIMARY KEY,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 99),
    set_by  TEXT NOT NULL,
    set_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether a model keeps it.
CREATE TABLE label_promise (
    model_version INTEGER NOT NULL REFERENCES model (version),
    label         TEXT NOT NULL,
    percent       INTEGER NOT NULL,
    standing      TEXT NOT NULL, -- a JSON object
    cases         INTEGER NOT NULL,
    right_cases   INTEGER NOT NULL,
    worked_out_at INTEGER NOT NULL,
    PRIMARY KEY (model_version, label)
) STRICT, WITHOUT ROWID;

-- A model on its way to champion: in shadow it is asked beside the champion and never acts, as a canary it decides a share.
ALTER TABLE model ADD COLUMN rollout_percent INTEGER CHECK (rollout_percent BETWEEN 0 AND 100);
ALTER TABLE model ADD COLUMN rollout_since INTEGER;
ALTER TABLE model ADD COLUMN note TEXT; -- why it was set aside

CREATE UNIQUE INDEX model_challenger ON model (stage IN ('shadow', 'canary')) WHERE stage IN ('shadow', 'canary');

-- What a model in shadow would have decided.
CREATE TABLE shadow_decision (
    id            TEXT PRIMARY KEY,
    task_id       TEXT NOT NULL REFERENCES task (id),
    model_version INTEGER NOT NULL REFERENCES model (version),
    answer        TEXT, -- nothing when it did not answer
    live_answer   TEXT, -- the champion's
    document      TEXT NOT NULL -- the whole decision as JSON
) STRICT;

CREATE INDEX shadow_decision_of_model ON shadow_decision (model_version, id);
CREATE INDEX shadow_decision_by_task ON shadow_decision (task_id, id);

-- The answers of a model that people labelled, whether their tasks were chosen or not.
DROP INDEX label_of_model;
CREATE INDEX label_of_model ON label (model_version, id) WHERE holds = 1 AND predicted IS NOT NULL;

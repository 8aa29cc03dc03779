-- What each person chose for themselves; whoever chose nothing has no row.
CREATE TABLE preference (
    user_id  TEXT PRIMARY KEY REFERENCES user (id),
    document TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

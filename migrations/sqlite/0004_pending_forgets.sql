-- Cases that their reporters asked by text message to have forgotten. The sealed word that they withdraw waits here for
-- its day; any use of the token takes it out again.

CREATE TABLE pending_forgets (
    case_id BLOB NOT NULL PRIMARY KEY REFERENCES cases (id),
    -- What found the case when it was asked for; a case that has moved since is not forgotten.
    locator_hash BLOB NOT NULL CHECK (length(locator_hash) = 32),
    due TEXT NOT NULL CHECK (length(due) = 10),
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    ciphertext BLOB NOT NULL
) STRICT, WITHOUT ROWID;

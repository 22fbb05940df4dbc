-- Cases with what belongs to them. Keys are random or hashes and no table has a rowid, so nothing tells the order in
-- which rows came. Days are the finest time there is.

CREATE TABLE cases (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    unit TEXT NOT NULL,
    day TEXT NOT NULL CHECK (length(day) = 10),
    state TEXT NOT NULL CHECK (state IN ('received', 'acknowledged', 'open', 'closed')),
    state_day TEXT NOT NULL CHECK (length(state_day) = 10),
    card BLOB NOT NULL,
    card_signature BLOB NOT NULL,
    -- NULL once the reporter has had the case forgotten.
    locator_hash BLOB UNIQUE CHECK (length(locator_hash) = 32),
    withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_unit ON cases (unit);

CREATE TABLE grants (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    case_id BLOB NOT NULL REFERENCES cases (id),
    kind INTEGER NOT NULL CHECK (kind IN (16, 17, 18)),
    member_id TEXT NOT NULL,
    body BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    -- NULL in the first grants, which the report vouches for.
    signature BLOB,
    case_signature BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_case ON grants (case_id);
CREATE INDEX grants_member ON grants (member_id, case_id);

CREATE TABLE envelopes (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    case_id BLOB NOT NULL REFERENCES cases (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 8),
    author BLOB NOT NULL CHECK (length(author) = 32),
    -- 1 for the chain of desk envelopes, 0 for the author's other chain.
    lane INTEGER NOT NULL CHECK (lane IN (0, 1)),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    case_signature BLOB,
    ciphertext_hash BLOB NOT NULL CHECK (length(ciphertext_hash) = 32),
    size INTEGER NOT NULL CHECK (size >= 0),
    -- 1 when the ciphertext lies in blobs/ under its hash, 0 when it stands in ciphertexts.
    blob INTEGER NOT NULL CHECK (blob IN (0, 1)),
    UNIQUE (case_id, author, lane, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX envelopes_blob ON envelopes (ciphertext_hash) WHERE blob = 1;

-- Apart from their envelopes, so that lists do not read them.
CREATE TABLE ciphertexts (
    envelope BLOB NOT NULL REFERENCES envelopes (hash),
    -- 0 the envelope's ciphertext, 1 the reply copy.
    part INTEGER NOT NULL CHECK (part IN (0, 1)),
    bytes BLOB NOT NULL,
    PRIMARY KEY (envelope, part)
) STRICT, WITHOUT ROWID;

-- One row that is changed to prove that the database can commit.
CREATE TABLE health (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    beat INTEGER NOT NULL CHECK (beat IN (0, 1))
) STRICT, WITHOUT ROWID;

INSERT INTO health (id, beat) VALUES (1, 0);

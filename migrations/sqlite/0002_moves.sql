-- Cases that move to another token. Envelopes take their kinds up to 15 (grants begin at 16); SQLite cannot change a
-- check, so the table is made anew, and with it the one whose rows refer to it.

CREATE TABLE moved_locators (
    -- What found a case before it moved; kept only to say so.
    locator_hash BLOB NOT NULL PRIMARY KEY CHECK (length(locator_hash) = 32),
    case_id BLOB NOT NULL REFERENCES cases (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX moved_locators_case ON moved_locators (case_id);

CREATE TABLE new_envelopes (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    case_id BLOB NOT NULL REFERENCES cases (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
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

INSERT INTO new_envelopes
SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, size, blob
FROM envelopes;

CREATE TABLE new_ciphertexts (
    envelope BLOB NOT NULL REFERENCES new_envelopes (hash),
    -- 0 the envelope's ciphertext, 1 the reply copy.
    part INTEGER NOT NULL CHECK (part IN (0, 1)),
    bytes BLOB NOT NULL,
    PRIMARY KEY (envelope, part)
) STRICT, WITHOUT ROWID;

INSERT INTO new_ciphertexts SELECT envelope, part, bytes FROM ciphertexts;

DROP TABLE ciphertexts;
DROP TABLE envelopes;
-- The reference in new_ciphertexts is renamed with it.
ALTER TABLE new_envelopes RENAME TO envelopes;
ALTER TABLE new_ciphertexts RENAME TO ciphertexts;

CREATE INDEX envelopes_blob ON envelopes (ciphertext_hash) WHERE blob = 1;

-- What the reporter adds is held against the moves of the case and the end of its chain, whatever else it holds.

CREATE INDEX envelopes_moves ON envelopes (case_id, sequence) WHERE kind = 9;

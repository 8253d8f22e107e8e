-- What operators set beside the flow: a buyer paused or resumed, a cap's number changed. Of a subject the last row that is
-- in force counts. Rows are only ever added; this is no projection.

CREATE TABLE override (
  id      INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,                -- pause cap
  subject TEXT NOT NULL,                -- FLOW/buyer/NAME, or a cap's identity
  value   INTEGER,                      -- pause: 1, or 0 where it is resumed; cap: the number, NULL for the flow's own
  said    TEXT NOT NULL,                -- what was asked for, in words
  at      TEXT NOT NULL,
  until   TEXT,                         -- NULL: until somebody says otherwise
  by      TEXT NOT NULL,
  because TEXT NOT NULL
);
CREATE INDEX override_in_force ON override(until);

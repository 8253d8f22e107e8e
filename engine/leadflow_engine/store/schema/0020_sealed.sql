-- Personal data: a key per lead where a master key is given, and who was forgotten.

CREATE TABLE lead_key (
  lead    TEXT PRIMARY KEY,             -- no reference: a lead's key may come before its row, and goes before it
  wrapped TEXT NOT NULL                 -- MASTER:TEXT, sealed under a master key that is not in this file
);

-- What is personal in these leads is gone. Rows are only ever added; this is no projection.
CREATE TABLE forgotten (
  lead    TEXT PRIMARY KEY REFERENCES lead(id),
  at      TEXT NOT NULL,
  "by"    TEXT NOT NULL,
  because TEXT NOT NULL
);
CREATE TRIGGER forgotten_is_kept BEFORE DELETE ON forgotten
BEGIN SELECT RAISE(ABORT, 'who was forgotten stays forgotten'); END;
CREATE TRIGGER forgotten_stays_as_it_is BEFORE UPDATE ON forgotten
BEGIN SELECT RAISE(ABORT, 'who was forgotten stays forgotten'); END;

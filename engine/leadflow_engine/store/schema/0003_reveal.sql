-- Who saw the personal values of a lead, when, and why.

CREATE TABLE reveal (
  id      INTEGER PRIMARY KEY,
  lead    TEXT NOT NULL REFERENCES lead(id),
  at      TEXT NOT NULL,
  by      TEXT NOT NULL,
  because TEXT NOT NULL
);
CREATE INDEX reveal_lead ON reveal(lead);

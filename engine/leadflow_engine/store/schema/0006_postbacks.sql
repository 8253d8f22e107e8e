-- What a source is told when its lead has ended: due until it was heard, or until nobody tries any more.
CREATE TABLE postback (
  lead     TEXT NOT NULL REFERENCES lead(id),
  number   INTEGER NOT NULL,            -- the statement of the source, from 1
  due      TEXT,                        -- NULL once it is over
  attempts INTEGER NOT NULL,
  state    TEXT NOT NULL,               -- due heard failed
  status   INTEGER,
  failure  TEXT NOT NULL,
  PRIMARY KEY (lead, number)
);
CREATE INDEX postback_due ON postback(due) WHERE due IS NOT NULL;

-- What comes after a sale: returns, other prices, what buyers tell of leads; and how a lead is found by what they call it.

ALTER TABLE delivery ADD COLUMN sold_at TEXT;  -- when it was confirmed; stays when it comes back
UPDATE delivery SET sold_at = at WHERE state = 'confirmed';
CREATE INDEX delivery_sold ON delivery(buyer, sold_at) WHERE sold_at IS NOT NULL;
CREATE INDEX delivery_reference ON delivery(reference) WHERE reference <> '';

CREATE TABLE returned (
  lead     TEXT NOT NULL REFERENCES lead(id),
  buyer    TEXT NOT NULL,
  number   INTEGER NOT NULL,            -- of the delivery
  asked    INTEGER NOT NULL,            -- which return of it, from 1: a denied one may be followed by another
  at       TEXT NOT NULL,               -- when the buyer gave it back
  noted_at TEXT NOT NULL,               -- when that was said here
  reason   TEXT NOT NULL,               -- the buyer's
  accepted INTEGER NOT NULL,
  said     TEXT NOT NULL,               -- why it was denied, or accepted against the rules; "" where the rules accept it
  "by"     TEXT NOT NULL,
  because  TEXT NOT NULL,
  credited INTEGER NOT NULL,            -- what the buyer is credited; 0 for a test lead
  back     INTEGER NOT NULL,            -- what the source gives back
  PRIMARY KEY (lead, buyer, number, asked)
);
CREATE INDEX returned_buyer ON returned(buyer, at);

CREATE TABLE adjusted (
  lead    TEXT NOT NULL REFERENCES lead(id),
  buyer   TEXT NOT NULL,
  number  INTEGER NOT NULL,             -- of the delivery
  again   INTEGER NOT NULL,             -- which adjustment of it, from 1
  at      TEXT NOT NULL,
  before  INTEGER NOT NULL,
  price   INTEGER NOT NULL,
  "by"    TEXT NOT NULL,
  because TEXT NOT NULL,
  PRIMARY KEY (lead, buyer, number, again)
);

CREATE TABLE feedback (
  lead     TEXT NOT NULL REFERENCES lead(id),
  number   INTEGER NOT NULL,            -- from 1
  buyer    TEXT NOT NULL,               -- "" where nobody said which
  event    TEXT NOT NULL,               -- contacted qualified appointment converted rejected fraud ...
  value    INTEGER,                     -- millionths; NULL where none was told
  at       TEXT NOT NULL,               -- when it happened
  noted_at TEXT NOT NULL,               -- when that was said here
  dated    INTEGER NOT NULL,            -- whether anybody said when it happened
  known_as TEXT NOT NULL,               -- the teller's own id of the event, or ""
  "by"     TEXT NOT NULL,
  PRIMARY KEY (lead, number)
);
CREATE INDEX feedback_event ON feedback(event, at);
CREATE INDEX feedback_known_as ON feedback(known_as) WHERE known_as <> '';

CREATE TABLE contact (
  lead TEXT NOT NULL REFERENCES lead(id),
  kind TEXT NOT NULL,                   -- phone email
  hash TEXT NOT NULL,                   -- keyed digest of the normal form
  PRIMARY KEY (kind, hash, lead)
);  -- with a rowid: SQLite 3.40 takes WITHOUT ROWID in this order of columns for damage
CREATE INDEX contact_lead ON contact(lead);

-- A statement of a source may have several occasions: the end of its lead, each return, each conversion.
CREATE TABLE postback_on (
  lead     TEXT NOT NULL REFERENCES lead(id),
  number   INTEGER NOT NULL,            -- the statement of the source, from 1
  occasion TEXT NOT NULL,               -- the fact that it tells of; "" for the lead's end
  due      TEXT,                        -- NULL once it is over
  attempts INTEGER NOT NULL,
  state    TEXT NOT NULL,               -- due heard failed
  status   INTEGER,
  failure  TEXT NOT NULL,
  PRIMARY KEY (lead, number, occasion)
);
INSERT INTO postback_on SELECT lead, number, '', due, attempts, state, status, failure FROM postback;
DROP TABLE postback;
ALTER TABLE postback_on RENAME TO postback;
CREATE INDEX postback_due ON postback(due) WHERE due IS NOT NULL;

-- What buyers give back and why; test leads are none of it. Amounts in whole units.
CREATE VIEW returns_by_buyer AS
SELECT l.flow, r.buyer, r.reason, count(*) AS asked, sum(r.accepted) AS returned,
       count(*) - sum(r.accepted) AS denied, sum(r.credited) / 1000000.0 AS credited
FROM returned r JOIN lead l ON l.id = r.lead
WHERE NOT l.test
GROUP BY l.flow, r.buyer, r.reason;

-- The share of a day's sales that came back, whenever it came back: by the day of the sale, in UTC.
CREATE VIEW return_rate_by_buyer AS
SELECT l.flow, d.buyer, substr(d.sold_at, 1, 10) AS day, count(*) AS sold, sum(d.state = 'returned') AS returned,
       round(1.0 * sum(d.state = 'returned') / count(*), 4) AS rate
FROM delivery d JOIN lead l ON l.id = d.lead
WHERE d.sold_at IS NOT NULL AND d.state IN ('confirmed', 'returned') AND NOT l.test
GROUP BY l.flow, d.buyer, substr(d.sold_at, 1, 10);

CREATE VIEW feedback_by_source AS
SELECT l.flow, l.source, f.event, count(*) AS told, count(DISTINCT f.lead) AS leads,
       coalesce(sum(f.value), 0) / 1000000.0 AS value
FROM feedback f JOIN lead l ON l.id = f.lead
WHERE NOT l.test
GROUP BY l.flow, l.source, f.event;

CREATE VIEW feedback_by_buyer AS
SELECT l.flow, f.buyer, f.event, count(*) AS told, count(DISTINCT f.lead) AS leads,
       coalesce(sum(f.value), 0) / 1000000.0 AS value
FROM feedback f JOIN lead l ON l.id = f.lead
WHERE f.buyer <> '' AND NOT l.test
GROUP BY l.flow, f.buyer, f.event;

-- What is of a lead lies where its key lies: a row is found and written in one tree of pages instead of two, and every
-- commit touches fewer pages. Indexes that no query needs go. The rows, their columns and the views stay.

PRAGMA legacy_alter_table = ON;  -- views name the tables as ever

ALTER TABLE step RENAME TO step_before;
CREATE TABLE step (
  lead     TEXT NOT NULL REFERENCES lead(id),
  segment  INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  name     TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  reason   TEXT NOT NULL,
  note     TEXT NOT NULL,
  was_read TEXT NOT NULL,               -- JSON, masked
  was_set  TEXT NOT NULL,               -- JSON, masked
  cost     INTEGER NOT NULL,
  ms       REAL NOT NULL,
  PRIMARY KEY (lead, segment, number, kind, name)
) WITHOUT ROWID;
INSERT INTO step SELECT * FROM step_before ORDER BY lead, segment, number, kind, name;
DROP TABLE step_before;

ALTER TABLE considered RENAME TO considered_before;
CREATE TABLE considered (
  lead     TEXT NOT NULL REFERENCES lead(id),
  segment  INTEGER NOT NULL,
  stage    TEXT NOT NULL,
  branch   TEXT NOT NULL,
  buyer    TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  code     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  cause    TEXT NOT NULL,
  bid      INTEGER,
  price    INTEGER,
  position INTEGER,
  ms       REAL,
  note     TEXT NOT NULL,
  PRIMARY KEY (lead, segment, stage, buyer)
) WITHOUT ROWID;
INSERT INTO considered SELECT * FROM considered_before ORDER BY lead, segment, stage, buyer;
DROP TABLE considered_before;

ALTER TABLE posting RENAME TO posting_before;
CREATE TABLE posting (
  lead         TEXT NOT NULL REFERENCES lead(id),
  key          TEXT NOT NULL,           -- the fact that holds the whole answer
  leg          TEXT NOT NULL,
  name         TEXT NOT NULL,
  at           TEXT NOT NULL,
  method       TEXT NOT NULL,
  url          TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status       INTEGER,
  failure      TEXT NOT NULL,
  failed       INTEGER NOT NULL,        -- counts towards `down after`
  answer       TEXT NOT NULL,
  ms           REAL NOT NULL,
  verdict      TEXT NOT NULL,
  rule         INTEGER,
  reason       TEXT NOT NULL,
  reference    TEXT NOT NULL,
  cost         INTEGER NOT NULL,
  PRIMARY KEY (lead, key)
) WITHOUT ROWID;
INSERT INTO posting SELECT * FROM posting_before ORDER BY lead, key;
DROP TABLE posting_before;
CREATE INDEX posting_failed ON posting(at) WHERE failed AND leg = 'ping';
CREATE INDEX posting_pinged ON posting(name, at) WHERE leg = 'ping';

ALTER TABLE delivery RENAME TO delivery_before;
CREATE TABLE delivery (
  lead           TEXT NOT NULL REFERENCES lead(id),
  buyer          TEXT NOT NULL,
  number         INTEGER NOT NULL,
  stage          TEXT NOT NULL,
  state          TEXT NOT NULL,         -- intent not_sent confirmed declined pending in_doubt returned
  exclusive      INTEGER NOT NULL,
  price          INTEGER NOT NULL,
  answered_price INTEGER,
  reference      TEXT NOT NULL DEFAULT '',
  reason         TEXT NOT NULL DEFAULT '',
  outcome        TEXT NOT NULL DEFAULT 'sold',
  due            TEXT,
  intent_at      TEXT NOT NULL,
  answered_at    TEXT,
  failed         INTEGER NOT NULL DEFAULT 0,   -- counts towards `down after`, whatever is said of it later
  at             TEXT NOT NULL,                -- of the present state
  conflict       TEXT NOT NULL DEFAULT '',     -- what was said against it, or a second sale of an exclusive lead
  sold_at        TEXT,                         -- when it was confirmed; stays when it comes back
  PRIMARY KEY (lead, buyer, number)
) WITHOUT ROWID;
INSERT INTO delivery SELECT * FROM delivery_before ORDER BY lead, buyer, number;
DROP TABLE delivery_before;
CREATE INDEX delivery_unsettled ON delivery(state, at) WHERE state IN ('intent', 'in_doubt', 'pending');
CREATE INDEX delivery_failed ON delivery(answered_at) WHERE failed;
CREATE INDEX delivery_buyer ON delivery(buyer, intent_at);
CREATE INDEX delivery_sold ON delivery(buyer, sold_at) WHERE sold_at IS NOT NULL;
CREATE INDEX delivery_reference ON delivery(reference) WHERE reference <> '';

ALTER TABLE reservation RENAME TO reservation_before;
CREATE TABLE reservation (
  lead         TEXT NOT NULL REFERENCES lead(id),
  key          TEXT NOT NULL,           -- the fact that reserved it: intent/BUYER/N, accept/SOURCE
  "limit"      TEXT NOT NULL,
  "by"         TEXT NOT NULL,
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  spare        INTEGER NOT NULL,        -- a later window, into which the answer might have fallen
  amount       INTEGER NOT NULL,        -- leads, or millionths of a budget
  state        TEXT NOT NULL,           -- held counted released
  attempt      INTEGER NOT NULL DEFAULT 0,
  money        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (lead, key, "limit", "by", window_start)
) WITHOUT ROWID;
INSERT INTO reservation SELECT * FROM reservation_before ORDER BY lead, key, "limit", "by", window_start;
DROP TABLE reservation_before;
CREATE TRIGGER cap_is_reserved AFTER INSERT ON reservation
BEGIN
  INSERT INTO cap ("limit", "by", window_start, window_end, held, counted)
  VALUES (NEW."limit", NEW."by", NEW.window_start, NEW.window_end,
          (NEW.state = 'held') * NEW.amount, (NEW.state = 'counted') * NEW.amount)
  ON CONFLICT ("limit", "by", window_start) DO UPDATE
  SET held = held + excluded.held, counted = counted + excluded.counted;
END;
CREATE TRIGGER cap_is_moved AFTER UPDATE OF state, amount ON reservation
BEGIN
  UPDATE cap SET held = held + (NEW.state = 'held') * NEW.amount - (OLD.state = 'held') * OLD.amount,
                 counted = counted + (NEW.state = 'counted') * NEW.amount - (OLD.state = 'counted') * OLD.amount
  WHERE "limit" = NEW."limit" AND "by" = NEW."by" AND window_start = NEW.window_start;
END;

ALTER TABLE ledger RENAME TO ledger_before;
CREATE TABLE ledger (
  lead     TEXT NOT NULL REFERENCES lead(id),
  kind     TEXT NOT NULL,               -- sale return adjustment source source_return look_up
  key      TEXT NOT NULL,
  party    TEXT NOT NULL,               -- the buyer, the source, the look-up
  amount   INTEGER NOT NULL,            -- earned is positive, owed is negative
  at       TEXT NOT NULL,
  delivery TEXT NOT NULL DEFAULT '',    -- BUYER/NUMBER, where it is of one
  account  TEXT NOT NULL DEFAULT '',    -- the side that `amount` is added to
  contra   TEXT NOT NULL DEFAULT '',    -- the side that it is taken from
  PRIMARY KEY (lead, kind, key)
) WITHOUT ROWID;
INSERT INTO ledger SELECT * FROM ledger_before ORDER BY lead, kind, key;
DROP TABLE ledger_before;
CREATE INDEX ledger_account ON ledger(account, at);
CREATE TRIGGER ledger_is_booked AFTER INSERT ON ledger
BEGIN
  INSERT INTO account (name, balance) VALUES (NEW.account, NEW.amount), (NEW.contra, -NEW.amount)
  ON CONFLICT (name) DO UPDATE SET balance = balance + excluded.balance;
END;
CREATE TRIGGER ledger_is_taken_out AFTER DELETE ON ledger
BEGIN
  INSERT INTO account (name, balance) VALUES (OLD.account, -OLD.amount), (OLD.contra, OLD.amount)
  ON CONFLICT (name) DO UPDATE SET balance = balance + excluded.balance;
END;
CREATE TRIGGER ledger_stays_as_it_is BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger stays as it is; what changes it is another entry'); END;

ALTER TABLE contact RENAME TO contact_before;
CREATE TABLE contact (
  lead TEXT NOT NULL REFERENCES lead(id),
  kind TEXT NOT NULL,                   -- phone email
  hash TEXT NOT NULL,                   -- keyed digest of the normal form
  PRIMARY KEY (lead, kind, hash)
) WITHOUT ROWID;
INSERT INTO contact SELECT * FROM contact_before ORDER BY lead, kind, hash;
DROP TABLE contact_before;
CREATE INDEX contact_hash ON contact(hash);

PRAGMA legacy_alter_table = OFF;

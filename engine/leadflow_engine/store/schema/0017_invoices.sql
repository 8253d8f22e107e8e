-- Invoices as they were issued: neither they nor their lines ever change. No projections.

CREATE TABLE invoice (
  id        INTEGER PRIMARY KEY,
  number    TEXT NOT NULL UNIQUE,       -- 2026-0001
  buyer     TEXT NOT NULL,
  month     TEXT NOT NULL,              -- 2026-11, in the buyer's zone
  currency  TEXT NOT NULL,
  amount    INTEGER NOT NULL,           -- the sum of its lines; negative where more was credited than charged
  issued_at TEXT NOT NULL,
  due_at    TEXT,                       -- NULL where the buyer has no terms
  zone      TEXT NOT NULL,
  by        TEXT NOT NULL
);
CREATE INDEX invoice_buyer ON invoice(buyer, id);

CREATE TABLE invoice_line (
  invoice  TEXT NOT NULL REFERENCES invoice(number),
  position INTEGER NOT NULL,            -- from 1
  lead     TEXT NOT NULL,
  kind     TEXT NOT NULL,               -- the entry of the ledger: sale return adjustment
  cause    TEXT NOT NULL,               -- its key
  delivery TEXT NOT NULL,
  at       TEXT NOT NULL,
  amount   INTEGER NOT NULL,
  PRIMARY KEY (invoice, position)
);
CREATE UNIQUE INDEX invoice_line_once ON invoice_line(lead, kind, cause);

CREATE TRIGGER invoice_is_kept BEFORE DELETE ON invoice
BEGIN SELECT RAISE(ABORT, 'an invoice that was issued stays; a credit on the next one mends it'); END;
CREATE TRIGGER invoice_stays_as_it_is BEFORE UPDATE ON invoice
BEGIN SELECT RAISE(ABORT, 'an invoice that was issued stays; a credit on the next one mends it'); END;
CREATE TRIGGER invoice_line_is_kept BEFORE DELETE ON invoice_line
BEGIN SELECT RAISE(ABORT, 'an invoice that was issued stays; a credit on the next one mends it'); END;
CREATE TRIGGER invoice_line_stays_as_it_is BEFORE UPDATE ON invoice_line
BEGIN SELECT RAISE(ABORT, 'an invoice that was issued stays; a credit on the next one mends it'); END;

-- The ledger has two sides, and accounts that are kept with it; what was paid stands beside it.

ALTER TABLE lead ADD COLUMN cost_share INTEGER NOT NULL DEFAULT 0;  -- of what it is sold for, in millionths
ALTER TABLE ledger ADD COLUMN delivery TEXT NOT NULL DEFAULT '';    -- BUYER/NUMBER, where it is of one
ALTER TABLE ledger ADD COLUMN account TEXT NOT NULL DEFAULT '';     -- the side that `amount` is added to
ALTER TABLE ledger ADD COLUMN contra TEXT NOT NULL DEFAULT '';      -- the side that it is taken from

UPDATE ledger SET
  delivery = CASE kind WHEN 'sale' THEN substr(key, length('intent/') + 1) ELSE '' END,
  account = CASE kind WHEN 'sale' THEN 'buyer/' || party WHEN 'source' THEN 'source/' || party
            ELSE 'look_up/' || party END,
  contra = CASE kind WHEN 'sale' THEN 'revenue' WHEN 'source' THEN 'lead_cost' ELSE 'look_up_cost' END;

CREATE INDEX ledger_account ON ledger(account, at);

CREATE TABLE account (
  name    TEXT PRIMARY KEY,             -- buyer/NAME source/NAME look_up/NAME revenue returns adjustments ... cash
  balance INTEGER NOT NULL,             -- owed to us is positive, owed by us negative; all of them together are 0
  paid    INTEGER NOT NULL DEFAULT 0    -- the part of it that is payments
);

INSERT INTO account (name, balance)
SELECT name, sum(amount) FROM (
  SELECT account AS name, amount FROM ledger UNION ALL SELECT contra, -amount FROM ledger
) GROUP BY name;

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

-- What buyers paid in, and what sources were paid out. Rows are only ever added; this is no projection.
CREATE TABLE payment (
  id        INTEGER PRIMARY KEY,
  account   TEXT NOT NULL,              -- buyer/NAME source/NAME
  amount    INTEGER NOT NULL,           -- millionths, added to the account: what a buyer pays in is negative
  paid_at   TEXT NOT NULL,
  reference TEXT NOT NULL,
  at        TEXT NOT NULL,              -- when it was said
  by        TEXT NOT NULL,
  because   TEXT NOT NULL
);
CREATE UNIQUE INDEX payment_reference ON payment(account, reference) WHERE reference <> '';
CREATE INDEX payment_account ON payment(account, paid_at);
CREATE TRIGGER payment_is_booked AFTER INSERT ON payment
BEGIN
  INSERT INTO account VALUES (NEW.account, NEW.amount, NEW.amount), ('cash', -NEW.amount, -NEW.amount)
  ON CONFLICT (name) DO UPDATE SET balance = balance + excluded.balance, paid = paid + excluded.paid;
END;
CREATE TRIGGER payment_is_kept BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are only ever added; one that was wrong is paid back'); END;
CREATE TRIGGER payment_stays_as_it_is BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are only ever added; one that was wrong is paid back'); END;

-- Both sides of everything, as an accountant reads it.
CREATE VIEW entry AS
SELECT lead, delivery, kind, key AS cause, account, amount, at FROM ledger
UNION ALL SELECT lead, delivery, kind, key, contra, -amount, at FROM ledger
UNION ALL SELECT '', '', 'payment', coalesce(nullif(reference, ''), 'payment/' || id), account, amount, paid_at FROM payment
UNION ALL SELECT '', '', 'payment', coalesce(nullif(reference, ''), 'payment/' || id), 'cash', -amount, paid_at FROM payment;

-- An amount that is reserved is what was really charged once that is known.
ALTER TABLE reservation ADD COLUMN money INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER cap_is_moved;
CREATE TRIGGER cap_is_moved AFTER UPDATE OF state, amount ON reservation
BEGIN
  UPDATE cap SET held = held + (NEW.state = 'held') * NEW.amount - (OLD.state = 'held') * OLD.amount,
                 counted = counted + (NEW.state = 'counted') * NEW.amount - (OLD.state = 'counted') * OLD.amount
  WHERE "limit" = NEW."limit" AND "by" = NEW."by" AND window_start = NEW.window_start;
END;

-- Revenue is what sales brought, less what was credited; cost is what sources are owed, less what they gave back.
DROP VIEW leads_by_outcome;
DROP VIEW lead_dimension;
CREATE VIEW lead_money AS
SELECT lead, sum(amount) AS margin,
       sum(CASE WHEN kind IN ('sale', 'return', 'adjustment') THEN amount ELSE 0 END) AS revenue,
       sum(CASE WHEN kind IN ('source', 'source_return') THEN -amount ELSE 0 END) AS cost,
       sum(CASE WHEN kind = 'look_up' THEN -amount ELSE 0 END) AS look_ups
FROM ledger GROUP BY lead;
CREATE VIEW leads_by_outcome AS
SELECT l.flow, l.source, coalesce(l.outcome, 'running') AS outcome, count(*) AS leads,
       sum(coalesce(m.revenue, 0)) / 1000000.0 AS revenue, sum(coalesce(m.cost, 0)) / 1000000.0 AS cost,
       sum(coalesce(m.look_ups, 0)) / 1000000.0 AS look_ups, sum(coalesce(m.margin, 0)) / 1000000.0 AS margin
FROM lead l LEFT JOIN lead_money m ON m.lead = l.id
WHERE NOT l.test
GROUP BY l.flow, l.source, coalesce(l.outcome, 'running');
CREATE VIEW lead_dimension AS
SELECT l.id AS lead, l.flow, l.source, l.received_at, coalesce(l.outcome, 'running') AS outcome,
       d.key AS name, d.value AS value,
       coalesce(m.revenue, 0) / 1000000.0 AS revenue, coalesce(m.cost, 0) / 1000000.0 AS cost,
       coalesce(m.margin, 0) / 1000000.0 AS margin
FROM lead l JOIN json_each(l.dimensions) d LEFT JOIN lead_money m ON m.lead = l.id
WHERE NOT l.test;

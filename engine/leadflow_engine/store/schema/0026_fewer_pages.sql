-- Dedupe keys lie with their lead, as all else of it does. All buyers of a lead that look for the same fields leave the same
-- digest, which lay among everybody's: each of a lead's commits touched a page of its own in a large tree for it, a quarter
-- of all pages. Now the first of them within an hour is found by the digest, and the others by its lead.

CREATE TEMP TABLE kept AS SELECT rowid AS place, scope, fields, hash, at, lead, key, state, attempt FROM dedupe_key;
CREATE INDEX kept_hash ON kept(lead, hash, place);
DROP TABLE dedupe_key;
CREATE TABLE dedupe_key (
  scope   TEXT NOT NULL,
  fields  TEXT NOT NULL,
  hash    TEXT NOT NULL,                -- keyed digest of the values
  at      TEXT NOT NULL,
  lead    TEXT NOT NULL REFERENCES lead(id),
  key     TEXT NOT NULL,                -- the fact that registered it
  state   TEXT NOT NULL,                -- held counted released
  attempt INTEGER NOT NULL DEFAULT 0,   -- a refusal does not release it
  first   INTEGER NOT NULL,             -- the first of this digest that its lead left in this hour of the clock
  PRIMARY KEY (lead, key, scope, fields, hash, at)
) WITHOUT ROWID;
INSERT INTO dedupe_key (scope, fields, hash, at, lead, key, state, attempt, first)
SELECT scope, fields, hash, at, lead, key, state, attempt, NOT EXISTS (
  SELECT 1 FROM kept b
  WHERE b.lead = k.lead AND b.hash = k.hash AND b.place < k.place AND substr(b.at, 1, 13) = substr(k.at, 1, 13))
FROM kept k ORDER BY lead, key;
DROP TABLE kept;
CREATE INDEX dedupe_key_hash ON dedupe_key(hash, at) WHERE first;

-- Deliveries by buyer lay in as many places as there are buyers. Who asks for a buyer's asks for few of them: those that
-- were answered between two moments, those that are open, those that were sold, those whose reference is masked.
DROP INDEX delivery_buyer;
CREATE INDEX delivery_answered ON delivery(answered_at, buyer, failed) WHERE answered_at IS NOT NULL;
CREATE INDEX delivery_masked ON delivery(buyer) WHERE instr(reference, '***');

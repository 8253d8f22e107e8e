-- What is asked of every lead, where few pages of the file tell it: whoever reads beside the writer reads each of them anew
-- after every commit.

-- How often something was changed that stands beside leads, and when a buyer last failed. Whoever remembers any of it looks
-- here whether it still holds, whichever process changed it. No projection.
CREATE TABLE beside (
  changed   INTEGER NOT NULL,
  failed_at TEXT NOT NULL               -- "" where none ever did
);
INSERT INTO beside VALUES (0, (
  SELECT max(coalesce((SELECT max(answered_at) FROM delivery WHERE failed), ''),
             coalesce((SELECT max(at) FROM posting WHERE failed AND leg = 'ping'), ''))));

CREATE TRIGGER override_is_set AFTER INSERT ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER override_is_changed AFTER UPDATE ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER override_is_gone AFTER DELETE ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER suppression_is_new AFTER INSERT ON suppression BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER suppression_is_gone AFTER DELETE ON suppression BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER invoice_is_new AFTER INSERT ON invoice BEGIN UPDATE beside SET changed = changed + 1; END;

CREATE TRIGGER delivery_is_failed AFTER UPDATE OF failed ON delivery WHEN NEW.failed
BEGIN UPDATE beside SET failed_at = max(failed_at, NEW.answered_at); END;
CREATE TRIGGER delivery_was_failed AFTER INSERT ON delivery WHEN NEW.failed
BEGIN UPDATE beside SET failed_at = max(failed_at, NEW.answered_at); END;
CREATE TRIGGER ping_failed AFTER INSERT ON posting WHEN NEW.failed AND NEW.leg = 'ping'
BEGIN UPDATE beside SET failed_at = max(failed_at, NEW.at); END;

-- All buyers who look for the same fields look for the same digest: it comes first, so that one look tells of all of them,
-- and what a lead leaves for all of them lies in one place.
CREATE TEMP TABLE kept AS SELECT scope, fields, hash, at, lead, key, state, attempt FROM dedupe_key;
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
  PRIMARY KEY (hash, scope, fields, at, lead, key)
);
INSERT INTO dedupe_key (scope, fields, hash, at, lead, key, state, attempt)
SELECT scope, fields, hash, at, lead, key, state, attempt FROM kept;
DROP TABLE kept;
CREATE INDEX dedupe_key_lead ON dedupe_key(lead, key);

CREATE TEMP TABLE kept AS SELECT scope, fields, hash, at, imported FROM imported_key;
DROP TABLE imported_key;
CREATE TABLE imported_key (
  scope    TEXT NOT NULL,
  fields   TEXT NOT NULL,
  hash     TEXT NOT NULL,               -- as in dedupe_key
  at       TEXT NOT NULL,
  imported INTEGER NOT NULL REFERENCES imported(id),
  PRIMARY KEY (hash, scope, fields, at, imported)
) WITHOUT ROWID;
INSERT INTO imported_key (scope, fields, hash, at, imported) SELECT scope, fields, hash, at, imported FROM kept;
DROP TABLE kept;
CREATE INDEX imported_key_of ON imported_key(imported);
CREATE TRIGGER imported_key_is_new AFTER INSERT ON imported_key BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER imported_key_is_gone AFTER DELETE ON imported_key BEGIN UPDATE beside SET changed = changed + 1; END;

-- What was given up is looked at in the queue; what was heard is most of the table.
CREATE INDEX postback_failed ON postback(lead) WHERE state = 'failed';

-- A limit's use is found in one tree instead of two.
CREATE TEMP TABLE kept AS SELECT "limit", "by", window_start, window_end, held, counted FROM cap;
DROP TABLE cap;
CREATE TABLE cap (
  "limit"      TEXT NOT NULL,
  "by"         TEXT NOT NULL,           -- keyed digest of the value by which it counts
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  held         INTEGER NOT NULL DEFAULT 0,
  counted      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("limit", "by", window_start)
) WITHOUT ROWID;
INSERT INTO cap ("limit", "by", window_start, window_end, held, counted)
SELECT "limit", "by", window_start, window_end, held, counted FROM kept;
DROP TABLE kept;

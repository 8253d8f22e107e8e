-- The journal. `fact` is what happened; every other table but meta and the plans is a projection of it.
-- Times are ISO 8601 in UTC, money is INTEGER millionths, JSON is text.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE plan (
  name     TEXT PRIMARY KEY,
  flow     TEXT NOT NULL,
  main     TEXT NOT NULL,               -- the path of the flow's own file among `flow_source`
  added_at TEXT NOT NULL
);

CREATE TABLE flow_source (
  plan TEXT NOT NULL REFERENCES plan(name),
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (plan, path)
);

CREATE TABLE plan_buyer (
  plan     TEXT NOT NULL REFERENCES plan(name),
  position INTEGER NOT NULL,            -- from 1: its place among the digits of `judged`
  buyer    TEXT NOT NULL,
  PRIMARY KEY (plan, position)
);

CREATE TABLE plan_reason (
  plan  TEXT NOT NULL REFERENCES plan(name),
  buyer TEXT NOT NULL,
  digit TEXT NOT NULL,                  -- 1 to E
  code  TEXT NOT NULL,                  -- the distribution word
  text  TEXT NOT NULL,
  PRIMARY KEY (plan, buyer, digit)
);

CREATE TABLE plan_stage (
  plan  TEXT NOT NULL REFERENCES plan(name),
  stage TEXT NOT NULL,
  buyer TEXT NOT NULL,
  PRIMARY KEY (plan, stage, buyer)
);

CREATE TABLE lead (
  id           TEXT PRIMARY KEY,
  flow         TEXT NOT NULL,
  plan         TEXT NOT NULL REFERENCES plan(name),
  source       TEXT NOT NULL,
  identity     TEXT NOT NULL,
  received_at  TEXT NOT NULL,
  test         INTEGER NOT NULL,
  outcome      TEXT,                    -- NULL while it runs; held, pending, in_doubt while it waits
  reason       TEXT NOT NULL DEFAULT '',
  refused_code TEXT NOT NULL DEFAULT '',-- why its source's door was shut: duplicate, capped
  ended_at     TEXT,
  cost         INTEGER NOT NULL,        -- what its source is owed, on `cost_on`
  cost_on      TEXT NOT NULL,
  fields       TEXT NOT NULL,           -- JSON, personal values masked
  dimensions   TEXT NOT NULL            -- JSON
);
CREATE UNIQUE INDEX lead_identity ON lead(identity) WHERE identity <> '';
CREATE INDEX lead_unfinished ON lead(received_at) WHERE outcome IS NULL;

CREATE TABLE fact (
  id      INTEGER PRIMARY KEY,          -- the order of the whole journal
  lead    TEXT NOT NULL REFERENCES lead(id),
  seq     INTEGER NOT NULL,             -- the order of the lead, from 0
  key     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  at      TEXT NOT NULL,
  body    TEXT NOT NULL,                -- JSON, nothing personal
  content TEXT,                         -- JSON, personal; may be removed
  digest  TEXT NOT NULL DEFAULT '',     -- keyed digest of the content, which stays
  hash    TEXT NOT NULL,                -- over the hash before it and all of this
  UNIQUE (lead, seq),
  UNIQUE (lead, key)
);
CREATE TRIGGER fact_is_appended BEFORE INSERT ON fact
WHEN EXISTS (SELECT 1 FROM fact WHERE lead = NEW.lead AND (seq = NEW.seq OR key = NEW.key))
  OR EXISTS (SELECT 1 FROM fact WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'this fact is in the journal already: facts are only ever added'); END;
CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; nothing takes one away'); END;
CREATE TRIGGER fact_stays_as_it_is BEFORE UPDATE ON fact
WHEN NEW.content IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.lead IS NOT NEW.lead OR OLD.seq IS NOT NEW.seq
  OR OLD.key IS NOT NEW.key OR OLD.kind IS NOT NEW.kind OR OLD.at IS NOT NEW.at OR OLD.body IS NOT NEW.body
  OR OLD.digest IS NOT NEW.digest OR OLD.hash IS NOT NEW.hash
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; only the content of one may be removed'); END;

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
);

CREATE TABLE judged (
  lead    TEXT NOT NULL REFERENCES lead(id),
  segment INTEGER NOT NULL,
  stage   TEXT NOT NULL,
  digits  TEXT NOT NULL,                -- one hex digit a buyer of the plan: see the view `distribution`
  PRIMARY KEY (lead, segment, stage)
);

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
);
CREATE INDEX considered_buyer ON considered(buyer, outcome);

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
);
CREATE INDEX posting_failed ON posting(at) WHERE failed AND leg = 'ping';
CREATE INDEX posting_name ON posting(name, at);

CREATE TABLE delivery (
  lead           TEXT NOT NULL REFERENCES lead(id),
  buyer          TEXT NOT NULL,
  number         INTEGER NOT NULL,
  stage          TEXT NOT NULL,
  state          TEXT NOT NULL,         -- intent not_sent confirmed declined pending in_doubt
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
  PRIMARY KEY (lead, buyer, number)
);
CREATE INDEX delivery_unsettled ON delivery(state, at) WHERE state IN ('intent', 'in_doubt', 'pending');
CREATE INDEX delivery_failed ON delivery(answered_at) WHERE failed;
CREATE INDEX delivery_buyer ON delivery(buyer, intent_at);

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
  PRIMARY KEY (lead, key, "limit", "by", window_start)
);

CREATE TABLE cap (
  "limit"      TEXT NOT NULL,
  "by"         TEXT NOT NULL,           -- keyed digest of the value by which it counts
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  held         INTEGER NOT NULL DEFAULT 0,
  counted      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("limit", "by", window_start)
);
CREATE TRIGGER cap_is_reserved AFTER INSERT ON reservation
BEGIN
  INSERT INTO cap ("limit", "by", window_start, window_end, held, counted)
  VALUES (NEW."limit", NEW."by", NEW.window_start, NEW.window_end,
          (NEW.state = 'held') * NEW.amount, (NEW.state = 'counted') * NEW.amount)
  ON CONFLICT ("limit", "by", window_start) DO UPDATE
  SET held = held + excluded.held, counted = counted + excluded.counted;
END;
CREATE TRIGGER cap_is_moved AFTER UPDATE OF state ON reservation
BEGIN
  UPDATE cap SET held = held + ((NEW.state = 'held') - (OLD.state = 'held')) * NEW.amount,
                 counted = counted + ((NEW.state = 'counted') - (OLD.state = 'counted')) * NEW.amount
  WHERE "limit" = NEW."limit" AND "by" = NEW."by" AND window_start = NEW.window_start;
END;

CREATE TABLE dedupe_key (
  scope  TEXT NOT NULL,
  fields TEXT NOT NULL,
  hash   TEXT NOT NULL,                 -- keyed digest of the values
  at     TEXT NOT NULL,
  lead   TEXT NOT NULL REFERENCES lead(id),
  key    TEXT NOT NULL,                 -- the fact that registered it
  state  TEXT NOT NULL,                 -- held counted released
  PRIMARY KEY (scope, fields, hash, at, lead, key)
);
CREATE INDEX dedupe_key_lead ON dedupe_key(lead, key);

CREATE TABLE turn (
  flow  TEXT NOT NULL,
  stage TEXT NOT NULL,
  buyer TEXT NOT NULL,
  last  INTEGER NOT NULL,               -- the id of the intent's fact
  PRIMARY KEY (flow, stage, buyer)
);

CREATE TABLE look_up (
  name TEXT NOT NULL,
  hash TEXT NOT NULL,                   -- keyed digest of what was asked about
  at   TEXT NOT NULL,
  lead TEXT NOT NULL REFERENCES lead(id),
  key  TEXT NOT NULL,                   -- the fact that holds the answer; gone with its content
  PRIMARY KEY (name, hash)
);

CREATE TABLE ledger (
  lead   TEXT NOT NULL REFERENCES lead(id),
  kind   TEXT NOT NULL,                 -- sale source look_up
  key    TEXT NOT NULL,
  party  TEXT NOT NULL,                 -- the buyer, the source, the look-up
  amount INTEGER NOT NULL,              -- earned is positive, owed is negative
  at     TEXT NOT NULL,
  PRIMARY KEY (lead, kind, key)
);

CREATE TABLE work (
  lead   TEXT PRIMARY KEY REFERENCES lead(id),
  due    TEXT,                          -- NULL: when somebody says
  why    TEXT NOT NULL,                 -- held pending in_doubt
  reason TEXT NOT NULL,
  cursor TEXT NOT NULL                  -- JSON
);
CREATE INDEX work_due ON work(due);

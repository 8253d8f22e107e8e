-- What a Run writes at once is one row: its facts, and the records that came with them. Eleven facts, twelve steps and what
-- was said of buyers and requests were thirty rows of a lead in five tables, each found in an index or two; they are five.
-- `fact`, `step`, `considered`, `judged` and `posting` are views with the columns and the rows that they had.

CREATE TABLE written (
  id         INTEGER PRIMARY KEY,       -- that of its first fact; the others follow without a gap
  lead       TEXT NOT NULL REFERENCES lead(id),
  seq        INTEGER NOT NULL,          -- of its first fact
  last       INTEGER NOT NULL,          -- of its last one
  facts      TEXT NOT NULL,             -- JSON: [key, kind, at, body, digest, hash] of each
  contents   TEXT,                      -- JSON: the content of each as text, null where it has none or it was removed
  steps      TEXT,                      -- JSON: [segment, number, kind, name, outcome, reason, note, read, set, cost, ms]
  considered TEXT,                      -- JSON: [segment, stage, buyer, branch, outcome, code, reason, cause, bid, price,
                                        --        position, ms, note]
  judged     TEXT,                      -- JSON: [segment, stage, where its digits begin, how many bytes they are]
  digits     BLOB,                      -- of all of its stages, one after the other
  postings   TEXT                       -- JSON: [key, leg, name, at, method, url, request_hash, status, failure, failed,
                                        --        answer, ms, verdict, rule, reason, reference, cost]
);
CREATE UNIQUE INDEX written_lead ON written(lead, last);

-- A ping by whom and when: what tells whether a buyer is down. A projection.
CREATE TABLE ping (
  name   TEXT NOT NULL,
  at     TEXT NOT NULL,
  lead   TEXT NOT NULL REFERENCES lead(id),
  key    TEXT NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (name, at, lead, key)
) WITHOUT ROWID;
CREATE INDEX ping_failed ON ping(at) WHERE failed;
INSERT INTO ping SELECT name, at, lead, key, failed FROM posting WHERE leg = 'ping' ORDER BY name, at, lead, key;

-- Each fact of before is a row of its own; the records of its lead lie with the first. Each row is written once, as it
-- stays: one that grows later moves its neighbours, of whose contents SQLite leaves bytes behind that no removal finds.
INSERT INTO written (id, lead, seq, last, facts, contents, steps, considered, judged, digits, postings)
SELECT id, lead, seq, seq,
       '[[' || json_quote(key) || ',' || json_quote(kind) || ',' || json_quote(at) || ',' || body || ',' || json_quote(digest)
       || ',' || json_quote(hash) || ']]',
       CASE WHEN content IS NOT NULL THEN json_array(content) END,
       CASE WHEN seq = 0 THEN (
         SELECT CASE WHEN count(*) THEN json_group_array(json_array(segment, number, kind, name, outcome, reason, note,
                json(was_read), json(was_set), cost, json(printf('%!.17g', ms)))) END
         FROM step s WHERE s.lead = fact.lead) END,
       CASE WHEN seq = 0 THEN (
         SELECT CASE WHEN count(*) THEN json_group_array(json_array(segment, stage, buyer, branch, outcome, code, reason,
                cause, bid, price, position, CASE WHEN ms IS NOT NULL THEN json(printf('%!.17g', ms)) END, note)) END
         FROM considered c WHERE c.lead = fact.lead) END,
       CASE WHEN seq = 0 THEN (
         SELECT CASE WHEN count(*) THEN json_group_array(json_array(segment, stage, start, bytes)) END
         FROM (SELECT segment, stage, length(digits) AS bytes, 1 + coalesce(sum(length(digits)) OVER (
                      ORDER BY segment, stage ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS start
               FROM judged j WHERE j.lead = fact.lead)) END,
       CASE WHEN seq = 0 THEN (
         SELECT CASE WHEN count(*) THEN CAST(group_concat(digits, '') AS BLOB) END
         FROM (SELECT digits FROM judged j WHERE j.lead = fact.lead ORDER BY segment, stage)) END,
       CASE WHEN seq = 0 THEN (
         SELECT CASE WHEN count(*) THEN json_group_array(json_array(key, leg, name, at, method, url, request_hash, status,
                failure, failed, answer, json(printf('%!.17g', ms)), verdict, rule, reason, reference, cost)) END
         FROM posting p WHERE p.lead = fact.lead) END
FROM fact ORDER BY id;

DROP TABLE fact;
DROP TABLE step;
DROP TABLE considered;
DROP TABLE judged;
DROP TABLE posting;

CREATE VIEW fact AS
SELECT written.id + f.key AS id, written.lead, written.seq + f.key AS seq, json_extract(f.value, '$[0]') AS key,
       json_extract(f.value, '$[1]') AS kind, json_extract(f.value, '$[2]') AS at, json_extract(f.value, '$[3]') AS body,
       json_extract(written.contents, '$[' || f.key || ']') AS content, json_extract(f.value, '$[4]') AS digest,
       json_extract(f.value, '$[5]') AS hash
FROM written JOIN json_each(written.facts) f;

CREATE VIEW step AS
SELECT written.lead, json_extract(s.value, '$[0]') AS segment, json_extract(s.value, '$[1]') AS number,
       json_extract(s.value, '$[2]') AS kind, json_extract(s.value, '$[3]') AS name, json_extract(s.value, '$[4]') AS outcome,
       json_extract(s.value, '$[5]') AS reason, json_extract(s.value, '$[6]') AS note,
       json_extract(s.value, '$[7]') AS was_read, json_extract(s.value, '$[8]') AS was_set,
       json_extract(s.value, '$[9]') AS cost, CAST(json_extract(s.value, '$[10]') AS REAL) AS ms
FROM written JOIN json_each(written.steps) s;

CREATE VIEW considered AS
SELECT written.lead, json_extract(c.value, '$[0]') AS segment, json_extract(c.value, '$[1]') AS stage,
       json_extract(c.value, '$[3]') AS branch, json_extract(c.value, '$[2]') AS buyer,
       json_extract(c.value, '$[4]') AS outcome, json_extract(c.value, '$[5]') AS code,
       json_extract(c.value, '$[6]') AS reason, json_extract(c.value, '$[7]') AS cause, json_extract(c.value, '$[8]') AS bid,
       json_extract(c.value, '$[9]') AS price, json_extract(c.value, '$[10]') AS position,
       CAST(json_extract(c.value, '$[11]') AS REAL) AS ms, json_extract(c.value, '$[12]') AS note
FROM written JOIN json_each(written.considered) c;

CREATE VIEW judged AS
SELECT written.lead, json_extract(j.value, '$[0]') AS segment, json_extract(j.value, '$[1]') AS stage,
       substr(written.digits, json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]')) AS digits
FROM written JOIN json_each(written.judged) j;

CREATE VIEW posting AS
SELECT written.lead, json_extract(p.value, '$[0]') AS key, json_extract(p.value, '$[1]') AS leg,
       json_extract(p.value, '$[2]') AS name, json_extract(p.value, '$[3]') AS at, json_extract(p.value, '$[4]') AS method,
       json_extract(p.value, '$[5]') AS url, json_extract(p.value, '$[6]') AS request_hash,
       json_extract(p.value, '$[7]') AS status, json_extract(p.value, '$[8]') AS failure,
       json_extract(p.value, '$[9]') AS failed, json_extract(p.value, '$[10]') AS answer,
       CAST(json_extract(p.value, '$[11]') AS REAL) AS ms, json_extract(p.value, '$[12]') AS verdict,
       json_extract(p.value, '$[13]') AS rule, json_extract(p.value, '$[14]') AS reason,
       json_extract(p.value, '$[15]') AS reference, json_extract(p.value, '$[16]') AS cost
FROM written JOIN json_each(written.postings) p;

-- What is the same of all buyers of a stage (its digits, who has a row of his own) is made once for them: `json_each` keeps
-- it, and CROSS JOIN has it come before them.
DROP VIEW distribution;
CREATE VIEW distribution AS
SELECT c.lead, c.segment, c.stage, c.branch, c.buyer, c.outcome, c.code, c.reason, c.cause,
       c.bid / 1000000.0 AS bid, c.price / 1000000.0 AS price, c.position, c.ms, c.note
FROM considered c
UNION ALL
SELECT j.lead, j.segment, j.stage, '', b.buyer,
       CASE WHEN substr(d.value, b.position, 1) = '0' THEN 'not_asked' ELSE coalesce(r.code, 'filtered') END,
       coalesce(r.code, ''),
       CASE WHEN substr(d.value, b.position, 1) = '0' THEN 'its turn did not come'
            ELSE coalesce(r.text, 'item ' || substr(d.value, b.position, 1)) END,
       '', NULL, NULL, NULL, NULL, ''
FROM judged j
JOIN lead l ON l.id = j.lead
JOIN json_each(json_array(hex(j.digits))) d
JOIN json_each(json_array(coalesce((
  SELECT '/' || group_concat(c.buyer, '/') || '/' FROM considered c
  WHERE c.lead = j.lead AND c.segment = j.segment AND c.stage = j.stage), ''))) t
CROSS JOIN plan_buyer b ON b.plan = l.plan
LEFT JOIN plan_reason r ON r.plan = l.plan AND r.buyer = b.buyer AND r.digit = substr(d.value, b.position, 1)
WHERE substr(d.value, b.position, 1) NOT IN ('F', '')
  AND (substr(d.value, b.position, 1) <> '0'
       OR EXISTS (SELECT 1 FROM plan_stage s WHERE s.plan = l.plan AND s.stage = j.stage AND s.buyer = b.buyer))
  AND instr(t.value, '/' || b.buyer || '/') = 0;

-- Facts are only ever added, and of one only the content may be removed. Records are projections: a rebuild makes them anew.
CREATE TRIGGER written_is_appended BEFORE INSERT ON written
WHEN EXISTS (SELECT 1 FROM written WHERE lead = NEW.lead AND last >= NEW.seq)
  OR EXISTS (SELECT 1 FROM written WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'this fact is in the journal already: facts are only ever added'); END;
CREATE TRIGGER written_is_kept BEFORE DELETE ON written
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; nothing takes one away'); END;
CREATE TRIGGER written_stays_as_it_is BEFORE UPDATE ON written  -- not OF id: that is rowid, too
WHEN OLD.id IS NOT NEW.id OR OLD.lead IS NOT NEW.lead OR OLD.seq IS NOT NEW.seq OR OLD.last IS NOT NEW.last
  OR OLD.facts IS NOT NEW.facts
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; only the content of one may be removed'); END;
CREATE TRIGGER content_is_only_removed BEFORE UPDATE OF contents ON written
WHEN NEW.contents IS NOT NULL AND (OLD.contents IS NULL OR EXISTS (
  SELECT key, value FROM json_each(NEW.contents) WHERE value IS NOT NULL
  EXCEPT SELECT key, value FROM json_each(OLD.contents)))
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; only the content of one may be removed'); END;

-- The same of the view: UPDATE fact SET content = NULL is what it ever was.
CREATE TRIGGER fact_is_appended INSTEAD OF INSERT ON fact
BEGIN SELECT RAISE(ABORT, 'facts are only ever added, by the writes that they are of: see the table `written`'); END;
CREATE TRIGGER fact_is_kept INSTEAD OF DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; nothing takes one away'); END;
CREATE TRIGGER fact_stays_as_it_is INSTEAD OF UPDATE ON fact
WHEN NEW.content IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.lead IS NOT NEW.lead OR OLD.seq IS NOT NEW.seq
  OR OLD.key IS NOT NEW.key OR OLD.kind IS NOT NEW.kind OR OLD.at IS NOT NEW.at OR OLD.body IS NOT NEW.body
  OR OLD.digest IS NOT NEW.digest OR OLD.hash IS NOT NEW.hash
BEGIN SELECT RAISE(ABORT, 'facts are only ever added; only the content of one may be removed'); END;
CREATE TRIGGER fact_is_emptied INSTEAD OF UPDATE ON fact
WHEN NEW.content IS NULL AND OLD.content IS NOT NULL
BEGIN
  UPDATE written SET contents = json_set(contents, '$[' || (OLD.seq - seq) || ']', NULL)
  WHERE lead = OLD.lead AND last >= OLD.seq AND seq <= OLD.seq;
END;

CREATE TRIGGER ping_has_failed AFTER INSERT ON ping WHEN NEW.failed
BEGIN UPDATE beside SET failed_at = max(failed_at, NEW.at); END;

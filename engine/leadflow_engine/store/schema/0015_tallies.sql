-- Figures of buyers, sources and dimensions by the hour, in place of what orders alone looked back on.

DROP TABLE tally;

CREATE TABLE tally (
  flow   TEXT NOT NULL,
  kind   TEXT NOT NULL,                 -- buyer source dimension
  party  TEXT NOT NULL,                 -- the buyer, the source, NAME=VALUE of a dimension (as it may be shown)
  figure TEXT NOT NULL,                 -- leads accepted attempts answered sold sold_leads returned converted fraud ...
  hour   TEXT NOT NULL,                 -- in UTC: 2026-11-20T15; of what follows a sale, the sale's
  amount INTEGER NOT NULL,              -- how many, or millionths of money; test leads are never among it
  PRIMARY KEY (flow, kind, party, figure, hour)
) WITHOUT ROWID;

CREATE TEMP TABLE counted AS
SELECT l.id AS lead, l.flow, 'source' AS kind, l.source AS party FROM lead l WHERE NOT l.test
UNION ALL
SELECT l.id, l.flow, 'dimension', d.key || '=' || d.value FROM lead l JOIN json_each(l.dimensions) d WHERE NOT l.test;

INSERT INTO tally
SELECT c.flow, c.kind, c.party, f.figure, substr(l.received_at, 1, 13), sum(f.figure = 'leads' OR s.outcome = 'success')
FROM counted c JOIN lead l ON l.id = c.lead
JOIN step s ON s.lead = l.id AND s.kind = 'intake'
JOIN (SELECT 'leads' AS figure UNION ALL SELECT 'accepted') f
GROUP BY 1, 2, 3, 4, 5 HAVING sum(f.figure = 'leads' OR s.outcome = 'success') > 0;

CREATE TEMP TABLE told AS
SELECT d.lead, d.buyer, 'attempts' AS figure, d.intent_at AS at FROM delivery d
UNION ALL SELECT d.lead, d.buyer, 'answered', d.at FROM delivery d WHERE d.state IN ('confirmed', 'declined')
UNION ALL SELECT d.lead, d.buyer, 'sold', d.at FROM delivery d WHERE d.state = 'confirmed'
UNION ALL SELECT d.lead, '', 'sold_leads', min(d.at) FROM delivery d WHERE d.state = 'confirmed' GROUP BY d.lead
UNION ALL SELECT d.lead, d.buyer, 'leads', min(d.intent_at) FROM delivery d GROUP BY d.lead, d.buyer;

INSERT INTO tally
SELECT c.flow, c.kind, c.party, t.figure, substr(t.at, 1, 13), count(*)
FROM told t JOIN counted c ON c.lead = t.lead WHERE t.figure <> 'leads'
GROUP BY 1, 2, 3, 4, 5;

INSERT INTO tally
SELECT l.flow, 'buyer', t.buyer, t.figure, substr(t.at, 1, 13), count(*)
FROM told t JOIN lead l ON l.id = t.lead WHERE NOT l.test AND t.buyer <> ''
GROUP BY 1, 2, 3, 4, 5;

-- Money, in the hour in which it was booked; what a lead had cost is borne by who was the first to take it.
CREATE TEMP TABLE booked AS
SELECT g.lead, g.party AS buyer, 'revenue' AS figure, g.at, g.amount FROM ledger g WHERE g.kind = 'sale'
UNION ALL SELECT g.lead, CASE g.kind WHEN 'sale' THEN g.party ELSE '' END, 'margin', g.at, g.amount FROM ledger g
UNION ALL SELECT p.lead, p.name, f.figure, p.at, f.figure = 'requests' OR p.failure = 'timeout'
FROM posting p JOIN (SELECT 'requests' AS figure UNION ALL SELECT 'timeouts') f WHERE p.leg IN ('ping', 'post');

INSERT INTO tally
SELECT c.flow, c.kind, c.party, b.figure, substr(b.at, 1, 13), sum(b.amount)
FROM booked b JOIN counted c ON c.lead = b.lead
GROUP BY 1, 2, 3, 4, 5 HAVING sum(b.amount) <> 0;

INSERT INTO booked
SELECT d.lead, d.buyer, 'margin', d.sold_at, (SELECT sum(g.amount) FROM ledger g WHERE g.lead = d.lead AND g.kind <> 'sale')
FROM delivery d WHERE d.sold_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM delivery e WHERE e.lead = d.lead AND (e.sold_at, e.buyer, e.number) < (d.sold_at, d.buyer, d.number));

INSERT INTO tally
SELECT l.flow, 'buyer', b.buyer, b.figure, substr(b.at, 1, 13), sum(b.amount)
FROM booked b JOIN lead l ON l.id = b.lead WHERE NOT l.test AND b.buyer <> ''
GROUP BY 1, 2, 3, 4, 5 HAVING sum(b.amount) <> 0;

DROP TABLE booked;
DROP TABLE counted;
DROP TABLE told;

-- What policies decided, and when: rows are only ever added; this is no projection.
CREATE TABLE policy_event (
  id       INTEGER PRIMARY KEY,
  flow     TEXT NOT NULL,
  policy   TEXT NOT NULL,               -- its title
  at       TEXT NOT NULL,
  what     TEXT NOT NULL,               -- began (it holds, and is to last) passed (it did not) acted ended
  measured TEXT NOT NULL,               -- the figure, in words
  done     TEXT NOT NULL,               -- what was done, in words
  plan     TEXT NOT NULL                -- the plan whose policy it is
);
CREATE INDEX policy_event_of ON policy_event(flow, policy);

-- Which policy set an override, "" for a person: a person's word wins.
ALTER TABLE override ADD COLUMN policy TEXT NOT NULL DEFAULT '';
CREATE INDEX override_of ON override(kind, subject, policy, id);

-- When a flow's policies were last looked at.
CREATE TABLE policy_look (
  flow TEXT PRIMARY KEY,
  at   TEXT NOT NULL
);

-- What `order by` looks back on: how far buyers are behind their share of first offers, and what they took.

CREATE TABLE share (
  flow   TEXT NOT NULL,
  stage  TEXT NOT NULL,
  buyer  TEXT NOT NULL,
  behind INTEGER NOT NULL,              -- millionths of one first offer; more than its share is negative
  PRIMARY KEY (flow, stage, buyer)
);

CREATE TABLE tally (
  flow     TEXT NOT NULL,
  hour     TEXT NOT NULL,               -- in UTC, in which the answer was settled: 2026-11-20T15
  buyer    TEXT NOT NULL,
  answered INTEGER NOT NULL,            -- deliveries that were confirmed or declined; those of test leads are none
  sold     INTEGER NOT NULL,
  PRIMARY KEY (flow, hour, buyer)
);

INSERT INTO tally
SELECT l.flow, substr(d.at, 1, 13), d.buyer, count(*), sum(d.state = 'confirmed')
FROM delivery d JOIN lead l ON l.id = d.lead
WHERE d.state IN ('confirmed', 'declined') AND NOT l.test
GROUP BY 1, 2, 3;

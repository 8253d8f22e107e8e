-- What was begun with a buyer, beside what it answered.

ALTER TABLE tally ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

INSERT INTO tally (flow, hour, buyer, answered, sold, attempts)
SELECT l.flow, substr(d.intent_at, 1, 13), d.buyer, 0, 0, count(*)
FROM delivery d JOIN lead l ON l.id = d.lead
WHERE NOT l.test
GROUP BY 1, 2, 3
ON CONFLICT DO UPDATE SET attempts = excluded.attempts;

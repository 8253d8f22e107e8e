-- The digits of `judged` are packed, two a byte: 50 bytes for 100 buyers. hex(digits) shows them as they were.

UPDATE judged SET digits = packed(digits) WHERE typeof(digits) = 'text';

DROP VIEW distribution;

-- Every buyer considered: those with a row of their own, those out by the digits, those whose turn did not come.
CREATE VIEW distribution AS
SELECT c.lead, c.segment, c.stage, c.branch, c.buyer, c.outcome, c.code, c.reason, c.cause,
       c.bid / 1000000.0 AS bid, c.price / 1000000.0 AS price, c.position, c.ms, c.note
FROM considered c
UNION ALL
SELECT j.lead, j.segment, j.stage, '', b.buyer,
       CASE WHEN substr(hex(j.digits), b.position, 1) = '0' THEN 'not_asked' ELSE coalesce(r.code, 'filtered') END,
       coalesce(r.code, ''),
       CASE WHEN substr(hex(j.digits), b.position, 1) = '0' THEN 'its turn did not come'
            ELSE coalesce(r.text, 'item ' || substr(hex(j.digits), b.position, 1)) END,
       '', NULL, NULL, NULL, NULL, ''
FROM judged j
JOIN lead l ON l.id = j.lead
JOIN plan_buyer b ON b.plan = l.plan
LEFT JOIN plan_reason r
       ON r.plan = l.plan AND r.buyer = b.buyer AND r.digit = substr(hex(j.digits), b.position, 1)
WHERE substr(hex(j.digits), b.position, 1) NOT IN ('F', '')
  AND (substr(hex(j.digits), b.position, 1) <> '0'
       OR EXISTS (SELECT 1 FROM plan_stage s WHERE s.plan = l.plan AND s.stage = j.stage AND s.buyer = b.buyer))
  AND NOT EXISTS (SELECT 1 FROM considered c
                  WHERE c.lead = j.lead AND c.segment = j.segment AND c.stage = j.stage AND c.buyer = b.buyer);

-- What operators ask. Amounts in views are in whole units of the currency, for reading; sum the tables for accounts.

CREATE VIEW sale AS
SELECT d.lead, d.buyer, d.number, d.stage, d.outcome, d.price, d.answered_price, d.reference, d.at, d.conflict
FROM delivery d JOIN lead l ON l.id = d.lead
WHERE d.state = 'confirmed' AND NOT l.test;

-- Every buyer considered: those with a row of their own, those out by the digits, those whose turn did not come.
CREATE VIEW distribution AS
SELECT c.lead, c.segment, c.stage, c.branch, c.buyer, c.outcome, c.code, c.reason, c.cause,
       c.bid / 1000000.0 AS bid, c.price / 1000000.0 AS price, c.position, c.ms, c.note
FROM considered c
UNION ALL
SELECT j.lead, j.segment, j.stage, '', b.buyer,
       CASE WHEN substr(j.digits, b.position, 1) = '0' THEN 'not_asked' ELSE coalesce(r.code, 'filtered') END,
       coalesce(r.code, ''),
       CASE WHEN substr(j.digits, b.position, 1) = '0' THEN 'its turn did not come'
            ELSE coalesce(r.text, 'item ' || substr(j.digits, b.position, 1)) END,
       '', NULL, NULL, NULL, NULL, ''
FROM judged j
JOIN lead l ON l.id = j.lead
JOIN plan_buyer b ON b.plan = l.plan
LEFT JOIN plan_reason r ON r.plan = l.plan AND r.buyer = b.buyer AND r.digit = substr(j.digits, b.position, 1)
WHERE substr(j.digits, b.position, 1) NOT IN ('F', '')
  AND (substr(j.digits, b.position, 1) <> '0'
       OR EXISTS (SELECT 1 FROM plan_stage s WHERE s.plan = l.plan AND s.stage = j.stage AND s.buyer = b.buyer))
  AND NOT EXISTS (SELECT 1 FROM considered c
                  WHERE c.lead = j.lead AND c.segment = j.segment AND c.stage = j.stage AND c.buyer = b.buyer);

CREATE VIEW sales_by_buyer AS
SELECT l.flow, s.buyer, count(*) AS sales, sum(s.outcome = 'fallback') AS as_fallback,
       sum(s.price) / 1000000.0 AS revenue, sum(s.price) / count(*) / 1000000.0 AS average_price,
       min(s.at) AS first_at, max(s.at) AS last_at
FROM sale s JOIN lead l ON l.id = s.lead
GROUP BY l.flow, s.buyer;

CREATE VIEW reasons_by_buyer AS
SELECT d.buyer, d.outcome, d.reason, count(DISTINCT d.lead) AS leads
FROM distribution d JOIN lead l ON l.id = d.lead
WHERE NOT l.test
GROUP BY d.buyer, d.outcome, d.reason;

CREATE VIEW leads_by_outcome AS
SELECT l.flow, l.source, coalesce(l.outcome, 'running') AS outcome, count(*) AS leads,
       sum(coalesce(m.revenue, 0)) / 1000000.0 AS revenue, sum(coalesce(m.cost, 0)) / 1000000.0 AS cost,
       sum(coalesce(m.look_ups, 0)) / 1000000.0 AS look_ups, sum(coalesce(m.margin, 0)) / 1000000.0 AS margin
FROM lead l
LEFT JOIN (SELECT lead, sum(amount) AS margin,
                  sum(CASE WHEN kind = 'sale' THEN amount ELSE 0 END) AS revenue,
                  sum(CASE WHEN kind = 'source' THEN -amount ELSE 0 END) AS cost,
                  sum(CASE WHEN kind = 'look_up' THEN -amount ELSE 0 END) AS look_ups
           FROM ledger GROUP BY lead) m ON m.lead = l.id
WHERE NOT l.test
GROUP BY l.flow, l.source, coalesce(l.outcome, 'running');

-- Leads that nobody bought. A lead counts once in each stage and cause that kept it from a buyer; the money is
-- the best price or bid that was known for it there.
CREATE VIEW lost_by_stage_and_cause AS
SELECT flow, stage, cause, count(*) AS leads, sum(best) AS money
FROM (
  SELECT l.flow, l.id, d.stage,
         CASE WHEN d.cause <> '' THEN d.cause ELSE
           CASE d.outcome WHEN 'capped' THEN 'cap' WHEN 'closed' THEN 'hours' WHEN 'balance' THEN 'balance'
             WHEN 'duplicate' THEN 'duplicate' WHEN 'paused' THEN 'integration' WHEN 'timeout' THEN 'integration'
             WHEN 'error' THEN 'integration' WHEN 'late' THEN 'integration' WHEN 'in_doubt' THEN 'integration'
             ELSE 'rules' END END AS cause,
         max(coalesce(d.price, d.bid, 0.0)) AS best
  FROM distribution d JOIN lead l ON l.id = d.lead
  WHERE l.outcome IN ('unsold', 'error') AND NOT l.test AND d.outcome NOT IN ('sold', 'not_asked')
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT l.flow, l.id,
         coalesce((SELECT s.name FROM step s WHERE s.lead = l.id AND s.outcome = 'failure'
                   ORDER BY s.segment DESC, s.number DESC LIMIT 1), 'intake'),
         CASE l.refused_code WHEN 'capped' THEN 'cap' WHEN 'duplicate' THEN 'duplicate' ELSE 'rules' END, 0.0
  FROM lead l
  WHERE l.outcome = 'refused' AND NOT l.test
)
GROUP BY flow, stage, cause;

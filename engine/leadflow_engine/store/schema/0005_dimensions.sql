-- A row for each dimension of each lead that is no test, with the lead's money in whole units.
CREATE VIEW lead_dimension AS
SELECT l.id AS lead, l.flow, l.source, l.received_at, coalesce(l.outcome, 'running') AS outcome,
       d.key AS name, d.value AS value,
       coalesce(m.revenue, 0) / 1000000.0 AS revenue, coalesce(m.cost, 0) / 1000000.0 AS cost,
       coalesce(m.margin, 0) / 1000000.0 AS margin
FROM lead l
JOIN json_each(l.dimensions) d
LEFT JOIN (SELECT lead, sum(amount) AS margin,
                  sum(CASE WHEN kind = 'sale' THEN amount ELSE 0 END) AS revenue,
                  sum(CASE WHEN kind = 'source' THEN -amount ELSE 0 END) AS cost
           FROM ledger GROUP BY lead) m ON m.lead = l.id
WHERE NOT l.test;

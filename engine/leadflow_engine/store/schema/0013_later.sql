-- What is still to be learned of deliveries, and leads that are offered again.

-- Asked of a buyer, sent to it again, or ended by time: until somebody knows what the delivery came to.
CREATE TABLE follow_up (
  lead     TEXT NOT NULL REFERENCES lead(id),
  buyer    TEXT NOT NULL,
  number   INTEGER NOT NULL,            -- of the delivery
  kind     TEXT NOT NULL,               -- inquiry resend end
  since    TEXT NOT NULL,
  due      TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (lead, buyer, number, kind)
);
CREATE INDEX follow_up_due ON follow_up(due);

-- The next attempt at a lead. It has begun where `next` is in `lead`.
CREATE TABLE resubmission (
  lead      TEXT PRIMARY KEY REFERENCES lead(id),
  next      TEXT NOT NULL UNIQUE,       -- the id under which it is offered again
  identity  TEXT NOT NULL,              -- of the next
  attempt   INTEGER NOT NULL,           -- of the next, from 2
  because   TEXT NOT NULL,
  "without" TEXT NOT NULL,              -- JSON: buyers that do not get it, beside those that were sent it
  plan      TEXT NOT NULL,              -- "" for the flow's newest
  "key"     TEXT NOT NULL,              -- the fact that may hold corrected values
  at        TEXT NOT NULL
);

-- Callbacks that were no buyer's: counted by the hour, nothing of them is kept. No projection.
CREATE TABLE callback_refused (
  flow  TEXT NOT NULL,
  buyer TEXT NOT NULL,
  why   TEXT NOT NULL,
  hour  TEXT NOT NULL,                  -- in UTC: 2026-11-20T15
  times INTEGER NOT NULL,
  PRIMARY KEY (flow, buyer, why, hour)
);

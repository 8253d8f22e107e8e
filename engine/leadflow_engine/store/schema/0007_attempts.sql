-- What counts attempts: a refusal leaves it counted, only what was not sent gives it back.

ALTER TABLE reservation ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dedupe_key ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;

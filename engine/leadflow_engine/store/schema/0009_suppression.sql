-- Lists that change at run time. What is on them is known by digests only; neither table is a projection.

CREATE TABLE suppression (
  list       TEXT NOT NULL,
  hash       TEXT NOT NULL,             -- keyed digest of the entry
  scope      TEXT NOT NULL,             -- "" for all, FLOW/source/NAME, FLOW/buyer/NAME
  added_at   TEXT NOT NULL,
  expires_at TEXT,                      -- NULL: never
  PRIMARY KEY (list, hash, scope)
);

CREATE TABLE suppression_change (
  id      INTEGER PRIMARY KEY,
  list    TEXT NOT NULL,
  action  TEXT NOT NULL,                -- add remove
  scope   TEXT NOT NULL,
  entries INTEGER NOT NULL,             -- how many it changed
  at      TEXT NOT NULL,
  by      TEXT NOT NULL,
  because TEXT NOT NULL
);

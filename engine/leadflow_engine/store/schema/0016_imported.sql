-- What another system sold or took before this journal began: only what keeps it from being sold again. No leads, no
-- money, nothing personal: keyed digests, numbers, times. Not projections: a rebuild keeps them and fills caps and turns.

CREATE TABLE imported (
  id        INTEGER PRIMARY KEY,
  flow      TEXT NOT NULL,
  kind      TEXT NOT NULL,              -- sold accepted
  file      TEXT NOT NULL,              -- its name
  digest    TEXT NOT NULL,              -- SHA-256 of the file
  lines     INTEGER NOT NULL,           -- that were new
  at        TEXT NOT NULL,
  "by"      TEXT NOT NULL,
  because   TEXT NOT NULL,
  undone_at TEXT,
  undone_by TEXT NOT NULL DEFAULT '',
  undone_because TEXT NOT NULL DEFAULT ''
);

CREATE TABLE imported_line (
  hash     TEXT PRIMARY KEY,            -- keyed digest of what the line says
  imported INTEGER NOT NULL REFERENCES imported(id)
) WITHOUT ROWID;
CREATE INDEX imported_line_of ON imported_line(imported);

CREATE TABLE imported_key (
  scope    TEXT NOT NULL,
  fields   TEXT NOT NULL,
  hash     TEXT NOT NULL,               -- as in dedupe_key
  at       TEXT NOT NULL,
  imported INTEGER NOT NULL REFERENCES imported(id),
  PRIMARY KEY (scope, fields, hash, at, imported)
) WITHOUT ROWID;
CREATE INDEX imported_key_of ON imported_key(imported);

CREATE TABLE imported_count (
  imported     INTEGER NOT NULL REFERENCES imported(id),
  "limit"      TEXT NOT NULL,
  "by"         TEXT NOT NULL,
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  amount       INTEGER NOT NULL,        -- leads, or millionths of a budget
  PRIMARY KEY (imported, "limit", "by", window_start)
) WITHOUT ROWID;

CREATE TABLE imported_turn (
  imported INTEGER NOT NULL REFERENCES imported(id),
  flow     TEXT NOT NULL,
  stage    TEXT NOT NULL,
  buyer    TEXT NOT NULL,
  last     INTEGER NOT NULL,            -- before every fact's id: negative, the later the greater
  PRIMARY KEY (imported, flow, stage, buyer)
) WITHOUT ROWID;

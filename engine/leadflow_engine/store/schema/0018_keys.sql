-- Who may call the service, and which calls came with a key of their own. No projections: people and callers say these.

CREATE TABLE service_key (
  id         TEXT PRIMARY KEY,          -- the eight digits in the key by which people name it
  kind       TEXT NOT NULL,             -- source public buyer
  flow       TEXT NOT NULL,
  party      TEXT NOT NULL,             -- the source's or the buyer's name
  hash       TEXT NOT NULL,             -- SHA-256 of the secret; the secret itself is kept nowhere
  test       INTEGER NOT NULL,          -- leads that come by it are test leads
  made_at    TEXT NOT NULL,
  expires_at TEXT,                      -- NULL: until it is revoked
  by         TEXT NOT NULL
);
CREATE TABLE service_key_revoked (
  key     TEXT PRIMARY KEY REFERENCES service_key(id),
  at      TEXT NOT NULL,
  by      TEXT NOT NULL,
  because TEXT NOT NULL
);
CREATE TABLE idempotency (
  name   TEXT PRIMARY KEY,              -- the call: flow, source and a digest of its Idempotency-Key
  digest TEXT NOT NULL,                 -- keyed digest of its body
  leads  INTEGER NOT NULL,
  at     TEXT NOT NULL
);

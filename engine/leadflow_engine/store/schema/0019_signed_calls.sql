-- Signed calls that came, for as long as their signatures hold: none is taken twice, not even after a restart.

CREATE TABLE signed_call (
  key   TEXT PRIMARY KEY,
  until TEXT NOT NULL
);

-- Batches: leads that are sold to a buyer and sent to it together. No projections: a batch lives on its own, whatever
-- becomes of its leads. Personal are batch_row.row and batch.content; both may become NULL once nobody needs them.

CREATE TABLE batch (
  id       TEXT PRIMARY KEY,            -- BUYER-DATE-TIME-NUMBER
  flow     TEXT NOT NULL,
  buyer    TEXT NOT NULL,
  test     INTEGER NOT NULL,            -- a batch holds either test leads or others
  kind     TEXT NOT NULL,               -- csv jsonl xml
  opened   TEXT NOT NULL,               -- when its first lead came
  due      TEXT,                        -- when it closes at the latest; NULL: only by its size
  size     INTEGER,                     -- with how many leads it closes; NULL: only by its time
  leads    INTEGER NOT NULL,
  state    TEXT NOT NULL,               -- open closed sending sent refused in_doubt failed
  step     INTEGER NOT NULL DEFAULT 0,  -- how many parts of the sending are done: a file is written, then named
  attempts INTEGER NOT NULL DEFAULT 0,
  again    TEXT,                        -- when it is sent, or tried again; NULL: nobody tries
  closed   TEXT,
  ended    TEXT,
  status   INTEGER,
  failure  TEXT NOT NULL DEFAULT '',
  content  TEXT,                        -- the file, once it is closed
  digest   TEXT NOT NULL DEFAULT ''     -- SHA-256 of the file
);
CREATE INDEX batch_open ON batch(flow, buyer) WHERE state = 'open';
CREATE INDEX batch_again ON batch(again) WHERE again IS NOT NULL;

CREATE TABLE batch_row (
  batch    TEXT NOT NULL REFERENCES batch(id),
  position INTEGER NOT NULL,
  lead     TEXT NOT NULL,
  number   INTEGER NOT NULL,            -- which delivery to the buyer
  row      TEXT,
  PRIMARY KEY (batch, position)
);
CREATE UNIQUE INDEX batch_row_lead ON batch_row(lead, batch, number);

CREATE TABLE batch_event (
  id      INTEGER PRIMARY KEY,
  batch   TEXT NOT NULL REFERENCES batch(id),
  at      TEXT NOT NULL,
  what    TEXT NOT NULL,                -- closed sending sent refused in_doubt failed again asked settled
  said    TEXT NOT NULL,                -- what came back, or what was asked for
  by      TEXT NOT NULL DEFAULT '',
  because TEXT NOT NULL DEFAULT ''
);
CREATE INDEX batch_event_of ON batch_event(batch, id);

-- Leads that could not go on when they were due, and when that is tried again. No projection.
CREATE TABLE stuck (
  lead     TEXT PRIMARY KEY,
  attempts INTEGER NOT NULL,
  again    TEXT NOT NULL,
  why      TEXT NOT NULL
);

-- The record: append-only. `payload` comes last, so that scans of the other columns need not step over it.
CREATE TABLE event (
    seq       INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    actor     TEXT NOT NULL,
    role      TEXT NOT NULL,
    via       TEXT NOT NULL,
    host      TEXT NOT NULL,
    version   TEXT NOT NULL,
    command   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    reason    TEXT,
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL,
    payload   TEXT NOT NULL
) STRICT;

CREATE INDEX event_kind ON event (kind, seq);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: an entry is never changed'); END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: an entry is never removed'); END;

-- Without this, INSERT OR REPLACE would be a way round the two above.
CREATE TRIGGER event_goes_to_the_end BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: an entry goes to the end'); END;

-- Who is at which task, until when (milliseconds since 1970, by the machine's clock). Not part of the record.
CREATE TABLE lease (
    key   TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tasks that somebody asked to stop. Not part of the record.
CREATE TABLE cancel_request (
    key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

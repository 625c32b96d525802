"""The tables of the ledger as numbered migrations; it never changes one that was released.

Each migration is plain SQL, run in one transaction with the number that records it. Instants are
whole seconds since 1970 in UTC. Lists are words separated by spaces.
"""

from __future__ import annotations

import sqlite3

from commsla.errors import LedgerError

M001 = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    role TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    received INTEGER NOT NULL,
    claimed INTEGER,
    fingerprint TEXT NOT NULL,
    message_id TEXT NOT NULL,
    in_reply_to TEXT NOT NULL,
    refs TEXT NOT NULL,
    sender TEXT NOT NULL,          -- key:domain key, or empty
    sender_name TEXT,              -- wiped in time, like every *_name, *_address and the subject
    sender_address TEXT,
    reply_to TEXT NOT NULL,
    reply_to_name TEXT,
    reply_to_address TEXT,
    recipients TEXT NOT NULL,
    subject TEXT,
    signs TEXT NOT NULL,           -- JSON: [[header, value], ...]
    readable INTEGER NOT NULL,
    wiped INTEGER NOT NULL DEFAULT 0,
    UNIQUE (school, mailbox, folder, uidvalidity, uid)
);
CREATE TABLE cursors (
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    next_uid INTEGER NOT NULL,
    PRIMARY KEY (school, mailbox, folder)
);
CREATE TABLE case_references (
    prefix TEXT NOT NULL,
    number INTEGER NOT NULL,
    message_id INTEGER NOT NULL UNIQUE REFERENCES messages (id),
    PRIMARY KEY (prefix, number)
);
CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    word TEXT NOT NULL,
    at INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    by TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE TABLE day_one (
    school TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);
CREATE TABLE mailbox_reads (
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    last_good INTEGER,
    last_try INTEGER NOT NULL,
    trouble TEXT NOT NULL,         -- the sentence of the last failure, empty after a good poll
    sent_folder TEXT,
    PRIMARY KEY (school, mailbox)
);
"""

# What was there before a folder was first read lies below this UID; older mail among it is left out,
# however often that reading is interrupted.
M002 = """
ALTER TABLE cursors ADD COLUMN old_below INTEGER NOT NULL DEFAULT 0;
"""

# What was read of texts, what a mark was told in view of, and day one by mailbox: one that is added
# later must not be judged by the day when the school's first one was.
M003 = """
ALTER TABLE messages ADD COLUMN subject_key TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN is_reply INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN original_id TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN stored_before INTEGER;
ALTER TABLE marks ADD COLUMN other INTEGER REFERENCES messages (id);
ALTER TABLE marks ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE marks ADD COLUMN seen INTEGER;
UPDATE marks SET seen = (SELECT max(id) FROM messages);
CREATE TABLE text_facts (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    meaning TEXT NOT NULL,
    version TEXT NOT NULL,
    doubtful INTEGER NOT NULL,
    why TEXT NOT NULL,
    day TEXT,                      -- ISO date
    urgent INTEGER NOT NULL,
    quotes INTEGER NOT NULL,
    quoted_reply INTEGER,
    failed TEXT NOT NULL           -- id key:recipient key, ...
);
CREATE TABLE replied_flags (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    at INTEGER NOT NULL            -- the poll that saw \\Answered first
);
CREATE TABLE vanished (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    at INTEGER NOT NULL,           -- the poll that missed it first
    discarded INTEGER NOT NULL     -- found in Junk or Deleted then
);
CREATE TABLE mailbox_day_one (
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (school, mailbox)
);
INSERT INTO mailbox_day_one SELECT school, mailbox, at FROM mailbox_reads JOIN day_one USING (school);
DROP TABLE day_one;
"""

# Until when a server asked to be left alone; what folders looked like; whether a second poll missed a
# message as well.
M004 = """
ALTER TABLE mailbox_reads ADD COLUMN retry_after INTEGER;
CREATE TABLE folder_facts (
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    changes INTEGER NOT NULL,      -- of UIDVALIDITY, at so many polls in a row
    held INTEGER NOT NULL,
    emptied INTEGER,               -- the poll that found it suddenly empty
    PRIMARY KEY (school, mailbox, folder)
);
ALTER TABLE vanished ADD COLUMN sure INTEGER;
UPDATE vanished SET sure = at;
CREATE INDEX unreadable ON messages (school, mailbox) WHERE readable = 0;
"""

# The days of the school on which a mailbox was read well: an export says where there are gaps.
M005 = """
CREATE TABLE good_days (
    school TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    day TEXT NOT NULL,             -- ISO date in Europe/London
    PRIMARY KEY (school, mailbox, day)
) WITHOUT ROWID;
"""

# What was told to whom, and the mails that told it. A row of the outbox is there before its mail is sent;
# its bytes and its address go when it was, its key stays so that the mail is known when it comes back.
M006 = """
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    message_key TEXT NOT NULL,
    planned INTEGER NOT NULL,
    schools TEXT NOT NULL,
    recipient TEXT,                -- NULL once it was sent
    body BLOB                      -- the same
);
CREATE TABLE said (
    outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,       -- in small letters
    school TEXT NOT NULL,
    message_id INTEGER NOT NULL,   -- 0: the whole school
    target TEXT NOT NULL,
    stage TEXT NOT NULL,
    due TEXT NOT NULL,             -- ISO date
    at INTEGER NOT NULL
);
CREATE INDEX said_by_outbox ON said (outbox_id);
CREATE TABLE refused_recipients (
    recipient TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);
CREATE TABLE alert_runs (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_run INTEGER,
    trusted_up_to INTEGER NOT NULL, -- arrivals up to this message say nothing against the clock
    failures INTEGER NOT NULL,
    retry_after INTEGER
);
"""

# When a folder was read last that could not be opened while its mailbox was read on.
M007 = """
ALTER TABLE folder_facts ADD COLUMN last_read INTEGER;
"""

# The poll before the one that saw a flag first: the mail was replied to between the two.
M008 = """
ALTER TABLE replied_flags ADD COLUMN before INTEGER;
"""

# Over which messages a server hung up: the next poll asks for each of them alone.
M009 = """
ALTER TABLE folder_facts ADD COLUMN broke_from INTEGER;
ALTER TABLE folder_facts ADD COLUMN broke_to INTEGER;
"""

# Pages for governors that were kept: totals and no names, so nothing wipes them.
M010 = """
CREATE TABLE kept_pages (
    id INTEGER PRIMARY KEY,
    schools TEXT NOT NULL,         -- their codes
    first TEXT NOT NULL,           -- ISO dates
    last TEXT NOT NULL,
    at INTEGER NOT NULL,
    version TEXT NOT NULL,         -- of commsla
    calendar TEXT NOT NULL,        -- keys of what it was judged by
    promises TEXT NOT NULL,
    numbers TEXT NOT NULL,         -- JSON
    hash TEXT NOT NULL,            -- SHA-256 of the numbers
    said TEXT NOT NULL             -- what had changed from the one kept before
);
"""

MIGRATIONS = (M001, M002, M003, M004, M005, M006, M007, M008, M009, M010)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the ledger to the newest form. Raises LedgerError for one made by a newer commsla."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"The ledger was written by a newer commsla (its form is {version}, "
            f"this program knows {len(MIGRATIONS)}).",
            "Update commsla on this machine.",
        )
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.execute("BEGIN IMMEDIATE")
        (now_at,) = db.execute("PRAGMA user_version").fetchone()
        if now_at < number:  # another process may have been first
            for statement in script.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")

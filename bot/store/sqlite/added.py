"""The text of the tables that were added last, in the order of their steps in `schema`."""

ERRANDS = """
CREATE TABLE errand (
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,  -- ask, press or change
    heard TEXT NOT NULL,
    way TEXT NOT NULL,
    uses INTEGER NOT NULL,
    reply TEXT,
    at TEXT NOT NULL,
    open INTEGER NOT NULL,
    PRIMARY KEY (platform, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX errand_age ON errand (open, at);
"""

UPKEEP = """
CREATE TABLE thinned (
    what TEXT PRIMARY KEY,
    number INTEGER NOT NULL  -- up to here
) STRICT, WITHOUT ROWID;
CREATE TABLE told (
    about TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_doubt ON delivery (platform) WHERE doubt = 1 AND state = 'pending';
"""

MAILBOXES = """
CREATE TABLE mail_key (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL) STRICT;
CREATE TABLE mailbox (
    channel TEXT PRIMARY KEY,
    refusals INTEGER NOT NULL,  -- in a row
    why TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

AMENDMENTS = """
    ALTER TABLE draft ADD COLUMN zone TEXT;
    ALTER TABLE custom ADD COLUMN who TEXT;  -- NULL: as the platform's default says
    CREATE TABLE amendment (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        at TEXT NOT NULL,
        noun TEXT NOT NULL  -- model.Amendment
    ) STRICT;
    CREATE INDEX amendment_at ON amendment (at);
    CREATE TABLE saved (
        person TEXT NOT NULL,
        paper INTEGER NOT NULL REFERENCES paper (number),
        at TEXT NOT NULL,
        PRIMARY KEY (person, paper)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX saved_paper ON saved (paper);
"""

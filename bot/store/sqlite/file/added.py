"""The text of the tables that were added last, in the order of their steps in `schema`."""

from __future__ import annotations

from sqlite_utils import Database

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
CREATE INDEX delivery_in_doubt ON delivery (platform) WHERE doubt = 1 AND state = 'pending';
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

LIVES = """
    CREATE TABLE outage (
        platform TEXT PRIMARY KEY,
        since TEXT NOT NULL, why TEXT NOT NULL,
        probe TEXT NOT NULL  -- tried again then
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE notice (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL, platform TEXT NOT NULL,
        person TEXT,  -- NULL: said in the channel
        post TEXT NOT NULL,  -- model.Post
        at TEXT NOT NULL,
        due TEXT,  -- NULL: over
        attempts INTEGER NOT NULL DEFAULT 0, first_tried TEXT, error TEXT,
        doubt INTEGER NOT NULL DEFAULT 0,
        lease INTEGER NOT NULL DEFAULT 0, leased_until TEXT
    ) STRICT;
    CREATE INDEX notice_waiting ON notice (due) WHERE due IS NOT NULL;
    CREATE INDEX notice_at ON notice (at);
    CREATE TABLE round (
        channel TEXT PRIMARY KEY,
        due TEXT NOT NULL  -- said then if there are no papers
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX round_due ON round (due);
    CREATE INDEX subscription_empty ON subscription (channel) WHERE instr(options, '"empty":"say"') > 0;
    CREATE INDEX custom_empty ON custom (channel) WHERE instr(options, '"empty":"say"') > 0;
    CREATE TABLE doubted (
        platform TEXT PRIMARY KEY,
        deliveries INTEGER NOT NULL  -- ever
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE delivery ADD COLUMN named TEXT;  -- the channel's name of old, under which it was begun
    CREATE INDEX delivery_pending ON delivery (channel) WHERE state = 'pending';
"""

SERVERS = """
    CREATE TABLE server (
        platform TEXT NOT NULL, server TEXT NOT NULL,
        since TEXT NOT NULL,  -- in the platform's own words: another time is another invitation
        PRIMARY KEY (platform, server)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO server  -- a server that has subscribed needs no greeting; when it let the bot in is not known
        SELECT DISTINCT 'discord', substr(channel, 9, instr(channel, '/') - 9), '' FROM subscription
        WHERE channel GLOB 'discord:[0-9]*/*';
"""

PRIVATE = """
    ALTER TABLE paper ADD COLUMN owner TEXT;  -- the channel whose copy it is; NULL: everybody's
    CREATE TABLE claim (
        channel TEXT NOT NULL,
        id TEXT NOT NULL,
        paper INTEGER NOT NULL REFERENCES paper (number),
        PRIMARY KEY (channel, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claim_id ON claim (id);
    CREATE INDEX claim_paper ON claim (paper);
    CREATE INDEX paper_shared_day ON paper (day) WHERE owner IS NULL;
    CREATE INDEX paper_owned ON paper (owner, day) WHERE owner IS NOT NULL;
"""

INBOXES = """
    CREATE TABLE inbox (
        channel TEXT PRIMARY KEY,
        person TEXT NOT NULL  -- whose own messages with the bot it holds
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX inbox_person ON inbox (person);
    INSERT OR IGNORE INTO inbox SELECT channel, creator FROM subscription
        WHERE channel GLOB 'discord:@me/*' AND creator GLOB 'discord:*'
        OR channel GLOB 'slack:*/D*' AND creator GLOB 'slack:*';
    ALTER TABLE notice ADD COLUMN anyway INTEGER NOT NULL DEFAULT 0;  -- 1: said in a channel that is paused, too
"""


def part(db: Database) -> None:
    """What stood in `own` was one paper for several channels: from now on each has its own."""
    for paper, name in db.execute("SELECT paper, channel FROM own ORDER BY paper, channel").fetchall():
        known = db.execute("SELECT owner FROM paper WHERE number = ?", (paper,)).fetchone()
        number = paper
        if known[0] is None:
            db.execute("UPDATE paper SET owner = ?, id = hex(randomblob(16)) WHERE number = ?", (name, paper))
        else:
            number = db.execute(
                "INSERT INTO paper (id, owner, at, day, upvotes, noun) "
                "SELECT hex(randomblob(16)), ?, at, day, upvotes, noun FROM paper WHERE number = ?",
                (name, paper),
            ).lastrowid
            db.execute("UPDATE delivery SET paper = ? WHERE paper = ? AND channel = ?", (number, paper, name))
        db.execute("INSERT INTO claim SELECT ?, id, ? FROM alias WHERE paper = ?", (name, number, paper))
    db.execute("DELETE FROM alias WHERE paper IN (SELECT paper FROM own)")
    db.execute("DROP TABLE own")

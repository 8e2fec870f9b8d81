"""The tables, as migrations: add at the end; never edit one that was released.

All tables are STRICT. Moments are text of one width in UTC (`bot.store.plain.stamp`), nouns are JSON. Numbers that
leave the program (a delivery's in a button, a subscription's in a command) are AUTOINCREMENT: never given out twice.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from bot.store.sqlite.file.added import AMENDMENTS, ERRANDS, INBOXES, LIVES, MAILBOXES, PRIVATE, SERVERS, UPKEEP, part

migrations = Migrations("paper-round")


@migrations()
def papers(db: Database) -> None:
    """Feeds' bookmarks; papers in the order first seen; every id that any of them was ever known by."""
    db.executescript("""
        CREATE TABLE bookmark (
            address BLOB PRIMARY KEY,  -- with etag and modified: byte for byte what was given
            etag BLOB, modified BLOB, digest TEXT, due TEXT,
            failures INTEGER NOT NULL, failing_since TEXT, error TEXT, moved_to BLOB, baseline_at TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE paper (
            number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were first seen
            id TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,  -- announced, else seen
            day TEXT NOT NULL,  -- the date of `at`
            upvotes INTEGER NOT NULL,
            noun TEXT NOT NULL  -- model.Paper
        ) STRICT;
        CREATE INDEX paper_newest ON paper (at DESC);
        CREATE INDEX paper_day ON paper (day);
        CREATE TABLE alias (
            id TEXT PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES paper (number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX alias_paper ON alias (paper);
    """)


@migrations()
def subscriptions(db: Database) -> None:
    """Who wants what, the version of all of it, and drafts that wait for a person to confirm."""
    db.executescript("""
        CREATE TABLE rulebook (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            version INTEGER NOT NULL
        ) STRICT;
        INSERT INTO rulebook VALUES (1, 0);
        CREATE TABLE subscription (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            rule TEXT NOT NULL,
            creator TEXT NOT NULL,
            options TEXT NOT NULL,  -- model.Options
            state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
            created TEXT NOT NULL,
            UNIQUE (channel, rule)
        ) STRICT;
        CREATE TABLE draft (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            person TEXT NOT NULL,
            at TEXT NOT NULL,
            noun TEXT NOT NULL  -- model.Subscription
        ) STRICT;
        CREATE INDEX draft_person ON draft (person);
        CREATE INDEX draft_at ON draft (at);
    """)


@migrations()
def outbox(db: Database) -> None:
    """Deliveries and their leases, what each channel may take next, and who leads."""
    db.executescript("""
        CREATE TABLE delivery (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            paper INTEGER NOT NULL REFERENCES paper (number),
            channel TEXT NOT NULL,
            platform TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'sent', 'merged', 'refused', 'given_up')),
            ready INTEGER NOT NULL CHECK (ready = 0 OR ready = 1 AND state = 'pending'),  -- due has come
            due TEXT NOT NULL,
            reasons TEXT NOT NULL,  -- tuple of model.Reason
            options TEXT NOT NULL,  -- model.Options
            message TEXT, thread TEXT, posted_at TEXT,
            attempts INTEGER NOT NULL, first_tried TEXT, error TEXT,
            lease INTEGER NOT NULL DEFAULT 0,  -- goes up with every claim
            leased_until TEXT,  -- NULL: in nobody's hands
            worker TEXT
        ) STRICT;
        CREATE UNIQUE INDEX delivery_key ON delivery (paper, channel) WHERE state <> 'merged';
        CREATE INDEX delivery_paper ON delivery (paper, channel);
        CREATE INDEX delivery_channel ON delivery (channel);
        CREATE INDEX delivery_ready ON delivery (platform, channel) WHERE ready = 1;
        CREATE INDEX delivery_waiting ON delivery (platform, due) WHERE state = 'pending' AND ready = 0;
        CREATE INDEX delivery_leased ON delivery (channel, leased_until) WHERE leased_until IS NOT NULL;
        CREATE TABLE budget (
            channel TEXT PRIMARY KEY,
            free_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE leader (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            worker TEXT NOT NULL
        ) STRICT;
    """)


@migrations()
def rooms(db: Database) -> None:
    """What is said in the local channels."""
    db.executescript("""
        CREATE TABLE message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            thread INTEGER REFERENCES message (id),
            key TEXT NOT NULL,
            author TEXT NOT NULL,
            at TEXT NOT NULL,
            post TEXT NOT NULL,  -- model.Post
            UNIQUE (channel, key)
        ) STRICT;
        CREATE INDEX message_thread ON message (channel, thread);
    """)


@migrations()
def habits(db: Database) -> None:
    """How each feed has behaved; NULL until it is asked again."""
    db.execute("ALTER TABLE bookmark ADD COLUMN habits TEXT")  # model.Habits


@migrations()
def holding(db: Database) -> None:
    """What is held is found without reading what is not."""
    db.execute("CREATE INDEX delivery_held ON delivery (paper) WHERE state = 'held'")


@migrations()
def past(db: Database) -> None:
    """The days of a feed's past that were fetched."""
    db.executescript("""
        CREATE TABLE past (
            address BLOB NOT NULL,
            day TEXT NOT NULL,
            PRIMARY KEY (address, day)
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def feeds(db: Database) -> None:
    """Channels' own feeds, and the papers that only those have brought: who knows them."""
    db.executescript("""
        CREATE TABLE channel_feed (
            channel TEXT NOT NULL,
            address BLOB NOT NULL,
            creator TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (channel, address)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE own (
            paper INTEGER NOT NULL REFERENCES paper (number),
            channel TEXT NOT NULL,
            PRIMARY KEY (paper, channel)
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def digests(db: Database) -> None:
    """Deliveries that travel together; what became of papers since; votes; what each channel wants, how it stands."""
    db.executescript("""
        ALTER TABLE delivery ADD COLUMN bundle TEXT;  -- NULL: a message of its own
        ALTER TABLE delivery ADD COLUMN digest INTEGER;  -- the number of the delivery that led it when it was formed
        ALTER TABLE delivery ADD COLUMN part INTEGER;
        ALTER TABLE delivery ADD COLUMN leads INTEGER NOT NULL DEFAULT 1;  -- 0: another one of its digest is claimed
        ALTER TABLE delivery ADD COLUMN card TEXT;
        ALTER TABLE delivery ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
        DROP INDEX delivery_waiting;
        CREATE INDEX delivery_waiting ON delivery (platform, due) WHERE state = 'pending' AND ready = 0 AND leads = 1;
        CREATE INDEX delivery_riding ON delivery (platform, due) WHERE state = 'pending' AND leads = 0;
        CREATE INDEX delivery_digest ON delivery (digest) WHERE digest IS NOT NULL;
        CREATE INDEX delivery_message ON delivery (channel, message) WHERE message IS NOT NULL;
        CREATE INDEX delivery_card ON delivery (channel, card) WHERE card IS NOT NULL;
        CREATE INDEX delivery_posted ON delivery (channel, posted_at) WHERE posted_at IS NOT NULL;
        CREATE TABLE news (
            delivery INTEGER NOT NULL REFERENCES delivery (number),
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            at TEXT NOT NULL,
            said TEXT,  -- NULL: it waits
            PRIMARY KEY (delivery, kind, text)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX news_waiting ON news (at, delivery) WHERE said IS NULL;
        CREATE TABLE vote (
            delivery INTEGER NOT NULL REFERENCES delivery (number),
            person TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (delivery, person)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE edit (
            channel TEXT NOT NULL,
            message TEXT NOT NULL,
            due TEXT,  -- NULL: the message shows what is so
            rested TEXT,  -- not edited again before
            turn INTEGER NOT NULL,  -- goes up with every change
            PRIMARY KEY (channel, message)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX edit_waiting ON edit (due) WHERE due IS NOT NULL;
        CREATE TABLE custom (
            channel TEXT PRIMARY KEY,
            options TEXT NOT NULL,  -- model.Options
            zone TEXT, paused_until TEXT, lost_since TEXT, lost_why TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX custom_paused ON custom (paused_until) WHERE paused_until IS NOT NULL;
    """)


@migrations()
def pages(db: Database) -> None:
    """The bookmark of each day of a feed's past that is asked for again."""
    db.executescript("""
        CREATE TABLE page (
            address BLOB NOT NULL,
            day TEXT NOT NULL,
            noun TEXT NOT NULL,  -- model.Bookmark
            PRIMARY KEY (address, day)
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def search(db: Database) -> None:
    """Papers by their words. `fresh` papers stand in `words` at their `place`; whatever changes one makes it stale."""
    db.executescript("""
        ALTER TABLE paper ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE paper ADD COLUMN place INTEGER;
        CREATE INDEX paper_stale ON paper (number) WHERE fresh = 0;
        CREATE UNIQUE INDEX paper_place ON paper (place);
        CREATE TABLE indexing (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            edition INTEGER NOT NULL  -- rules.narrow.EDITION
        ) STRICT;
        CREATE VIRTUAL TABLE words USING fts5 (
            title, more, facts, tokenize = "ascii tokenchars '_'", detail = column, columnsize = 0
        );
        CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, col);
        CREATE TABLE gone (place INTEGER PRIMARY KEY) STRICT;  -- still in `words`: a trigger may not change that
        CREATE TRIGGER paper_changed AFTER UPDATE OF noun, at ON paper BEGIN
            UPDATE paper SET fresh = 0 WHERE number = new.number;
        END;
        CREATE TRIGGER paper_gone AFTER DELETE ON paper WHEN old.place IS NOT NULL BEGIN
            INSERT INTO gone VALUES (old.place);
        END;
    """)


@migrations()
def addresses(db: Database) -> None:
    """The address by which a channel's page is found by those who were given it; gone when it is ended."""
    db.executescript("""
        CREATE TABLE address (
            channel TEXT PRIMARY KEY,
            secret TEXT NOT NULL UNIQUE
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def compiled(db: Database) -> None:
    """The engine's form of each rule beside its words, and the folding it was made with; NULL until it is compiled."""
    db.execute("ALTER TABLE subscription ADD COLUMN compiled TEXT")
    db.execute("ALTER TABLE subscription ADD COLUMN folding TEXT")


@migrations()
def errands(db: Database) -> None:
    """What platforms told the bot, until whoever waits has their answer; and for a day, lest it be done twice."""
    db.executescript(ERRANDS)


@migrations()
def upkeep(db: Database) -> None:
    """How far old papers and deliveries were thinned; what people were told once; doubts found without a walk."""
    db.executescript(UPKEEP)


@migrations()
def mailboxes(db: Database) -> None:
    """The key that links in mails are signed with, and the addresses that were refused of late."""
    db.executescript(MAILBOXES)


@migrations()
def amendments(db: Database) -> None:
    """Changes of rules that can be taken back, papers that people saved, who may change a channel's rules."""
    db.executescript(AMENDMENTS)


@migrations()
def rewritten(db: Database) -> None:
    """Local messages by when their words were replaced, so that open pages can show it."""
    db.execute("ALTER TABLE message ADD COLUMN turn INTEGER")  # goes up with every replacement; NULL: never
    db.execute("CREATE UNIQUE INDEX message_turn ON message (turn) WHERE turn IS NOT NULL")


@migrations()
def lives(db: Database) -> None:
    """Platforms that are shut, what is to be said of it, channels' names of old, rounds without papers, doubt."""
    db.executescript(LIVES)


@migrations()
def servers(db: Database) -> None:
    """Servers that let the bot in, so that one which did so while the bot was down is greeted, and once."""
    db.executescript(SERVERS)


@migrations()
def private(db: Database) -> None:
    """What only a channel's own feeds have brought is that channel's copy, known by ids that are its alone."""
    db.executescript(PRIVATE)
    part(db)


@migrations()
def inboxes(db: Database) -> None:
    """Whose own messages a channel holds, so that it can be forgotten with them; notices that no pause keeps back."""
    db.executescript(INBOXES)


KNOWN = (
    "papers", "subscriptions", "outbox", "rooms", "habits", "holding", "past", "feeds",
    "digests", "pages", "search", "addresses", "compiled", "errands", "upkeep", "mailboxes", "amendments",
    "rewritten", "lives", "servers", "private", "inboxes",
)  # fmt: skip
"""The steps this program knows, in their order; a file that has another was used by a newer program."""

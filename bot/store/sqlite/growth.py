"""Tables that came later, as the steps of `schema` make them."""

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
    CREATE INDEX delivery_doubt ON delivery (platform) WHERE doubt = 1;
    CREATE INDEX delivery_pending ON delivery (channel) WHERE state = 'pending';
"""

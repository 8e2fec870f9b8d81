"""The tables of changes that can be taken back, and of papers that people saved: one step of `schema`."""

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

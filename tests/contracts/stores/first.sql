BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;
INSERT INTO "_sqlite_migrations" VALUES(1,'paper-round','papers','2026-11-23 19:17:48.587682+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'paper-round','subscriptions','2026-11-23 19:17:48.589901+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'paper-round','outbox','2026-11-23 19:17:48.595668+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'paper-round','rooms','2026-11-23 19:17:48.602635+00:00');
CREATE TABLE alias (
            id TEXT PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES paper (number)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "alias" VALUES('arxiv:2608.00001',1);
INSERT INTO "alias" VALUES('doi:10.1/1',1);
CREATE TABLE bookmark (
            address BLOB PRIMARY KEY,  -- with etag and modified: byte for byte what was given
            etag BLOB, modified BLOB, digest TEXT, due TEXT,
            failures INTEGER NOT NULL, failing_since TEXT, error TEXT, moved_to BLOB, baseline_at TEXT
        ) STRICT, WITHOUT ROWID;
INSERT INTO "bookmark" VALUES(X'68747470733A2F2F7061706572732E6578616D706C652F66656564',NULL,NULL,NULL,'2026-08-17T09:01:00.000000Z',0,NULL,NULL,NULL,NULL);
CREATE TABLE budget (
            channel TEXT PRIMARY KEY,
            free_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
INSERT INTO "budget" VALUES('local:general','2026-08-17T09:00:00.000000Z');
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
INSERT INTO "delivery" VALUES(1,1,'local:general','local','sent',0,'2026-08-17T09:00:00.000000Z','[{"term":"on","field":"title","start":0,"end":2,"rule":"on"}]','{"mode":null,"at":null,"tz":null,"days":null,"format":null,"max":null,"thread":null}','m1','t1','2026-08-17T09:00:00.000000Z',0,NULL,NULL,1,NULL,'w1');
CREATE TABLE draft (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            person TEXT NOT NULL,
            at TEXT NOT NULL,
            noun TEXT NOT NULL  -- model.Subscription
        ) STRICT;
INSERT INTO "draft" VALUES(1,'local:general','local:you','2026-08-17T09:00:00.000000Z','{"channel":{"platform":"local","place":"general"},"rule":"draft","creator":"local:you","options":{"mode":null,"at":null,"tz":null,"days":null,"format":null,"max":null,"thread":null},"id":0,"state":"active"}');
CREATE TABLE leader (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            worker TEXT NOT NULL
        ) STRICT;
INSERT INTO "leader" VALUES(1,'paper-round');
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
INSERT INTO "message" VALUES(1,'local:general',NULL,'k','local:you','2026-08-17T09:00:00.000000Z','{"headline":{"spans":[{"text":"hello","style":"plain","url":null}],"kind":"text"},"lines":[],"buttons":[],"paper":null}');
CREATE TABLE paper (
            number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were first seen
            id TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,  -- announced, else seen
            day TEXT NOT NULL,  -- the date of `at`
            upvotes INTEGER NOT NULL,
            noun TEXT NOT NULL  -- model.Paper
        ) STRICT;
INSERT INTO "paper" VALUES(1,'arxiv:2608.00001','2026-08-17T09:00:00.000000Z','2026-08-17',0,'{"id":"arxiv:2608.00001","title":"On arxiv:2608.00001","source":"https://papers.example/feed","version":null,"authors":[],"abstract":"","url":null,"pdf_url":null,"categories":[],"published":null,"announced":"2026-08-17T09:00:00Z","announce":"new","aliases":["doi:10.1/1"],"signals":{"upvotes":null,"comments":null,"code_url":null,"keywords":[],"submitter":null,"organization":null,"gist":null},"seen":"2026-08-17T09:00:00Z"}');
CREATE TABLE rulebook (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            version INTEGER NOT NULL
        ) STRICT;
INSERT INTO "rulebook" VALUES(1,1);
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
INSERT INTO "subscription" VALUES(1,'local:general','attention','local:you','{"mode":null,"at":null,"tz":null,"days":null,"format":null,"max":null,"thread":null}','active','2026-08-17T09:00:00.000000Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX paper_newest ON paper (at DESC);
CREATE INDEX paper_day ON paper (day);
CREATE INDEX alias_paper ON alias (paper);
CREATE INDEX draft_person ON draft (person);
CREATE INDEX draft_at ON draft (at);
CREATE UNIQUE INDEX delivery_key ON delivery (paper, channel) WHERE state <> 'merged';
CREATE INDEX delivery_paper ON delivery (paper, channel);
CREATE INDEX delivery_channel ON delivery (channel);
CREATE INDEX delivery_ready ON delivery (platform, channel) WHERE ready = 1;
CREATE INDEX delivery_waiting ON delivery (platform, due) WHERE state = 'pending' AND ready = 0;
CREATE INDEX delivery_leased ON delivery (channel, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX message_thread ON message (channel, thread);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscription',1);
INSERT INTO "sqlite_sequence" VALUES('draft',1);
INSERT INTO "sqlite_sequence" VALUES('paper',1);
INSERT INTO "sqlite_sequence" VALUES('delivery',1);
INSERT INTO "sqlite_sequence" VALUES('message',1);
COMMIT;

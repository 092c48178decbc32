-- The whole schema, version 4. A line that holds two dashes and a semicolon only stands between two statements.
-- Types are those that DuckDB and PostgreSQL share. No foreign keys, and no secondary indexes
-- on what platforms tell: they break upserts and slow pages (docs/decisions.md). Times are TIMESTAMPTZ and written in UTC.

CREATE TABLE raw_pages (            -- what platforms answered, as it came; kept for `retention.raw_pages`; an answer
                                    -- that told nothing new (most of what an overlap reads again) is not kept
    id            VARCHAR PRIMARY KEY,
    stream_id     VARCHAR NOT NULL,  -- "<account id>/lookup" for re-checks, "<account id>/sent" for our own sends
    fetched_at    TIMESTAMPTZ NOT NULL,
    server_time   TIMESTAMPTZ NOT NULL,
    seq           BIGINT NOT NULL,   -- order of storing, over all streams
    item_ids      VARCHAR NOT NULL,  -- " x:1 x:2 ": every item it told of, so that a deletion finds it
    body          BLOB NOT NULL      -- zstd
);
--;
CREATE TABLE contacts (
    id            VARCHAR PRIMARY KEY,
    -- the platform says
    channel       VARCHAR NOT NULL,
    handle        VARCHAR NOT NULL,
    name          VARCHAR NOT NULL,
    followers     BIGINT,
    verified      BOOLEAN NOT NULL,
    description   VARCHAR NOT NULL,
    location      VARCHAR NOT NULL,
    url           VARCHAR,
    avatar_url    VARCHAR,
    joined_at     TIMESTAMPTZ,
    -- we say
    first_seen_at TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    recent_ids    VARCHAR NOT NULL DEFAULT ''  -- "x:3 x:2 x:1": their newest inbound items, ten at most, newest first
);
--;
CREATE TABLE interactions (
    id              VARCHAR PRIMARY KEY,
    -- the platform says
    channel         VARCHAR NOT NULL,
    account_id      VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    thread_id       VARCHAR NOT NULL,
    author_id       VARCHAR NOT NULL,
    kind            VARCHAR NOT NULL,
    private         BOOLEAN NOT NULL,
    outbound        BOOLEAN NOT NULL,
    text            VARCHAR NOT NULL,   -- '' once deleted
    sent_at         TIMESTAMPTZ NOT NULL,
    version_id      VARCHAR NOT NULL,
    edited_at       TIMESTAMPTZ,
    reply_to_id     VARCHAR,
    quoted_id       VARCHAR,
    url             VARCHAR,
    language        VARCHAR,            -- the platform's guess; ours is in scores
    addresses_us    BOOLEAN NOT NULL,
    hidden          BOOLEAN NOT NULL,
    likes           BIGINT NOT NULL,
    attachments     VARCHAR NOT NULL,   -- JSON list
    context         BOOLEAN NOT NULL,
    deleted_at      TIMESTAMPTZ,        -- when we learned that it is gone: a tombstone, never revived
    -- we say
    first_seen_at   TIMESTAMPTZ NOT NULL,
    checked_at      TIMESTAMPTZ NOT NULL,  -- when the platform last told us of it
    answered_at     TIMESTAMPTZ,        -- sent_at of our first answer to it
    liked_by_us     BOOLEAN NOT NULL,
    stream_id       VARCHAR,            -- that brought it first; NULL: we said it here
    told_at         TIMESTAMPTZ,        -- by the platform's clock: when these words were first told, where the
                                        -- platform tells no time of an edit; NULL: it does
    again_at        TIMESTAMPTZ,        -- when its author reworded it after our answer: it waits anew since then
    reach           BIGINT              -- its author's followers when it was first stored; NULL: nobody told
);
--;
CREATE TABLE interaction_versions (   -- every wording of an item that was ever reworded
    id             VARCHAR PRIMARY KEY, -- "<channel>:<version id>"
    interaction_id VARCHAR NOT NULL,
    version_id     VARCHAR NOT NULL,
    text           VARCHAR NOT NULL,    -- '' once deleted
    seen_at        TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE sightings (              -- in which further streams an item was seen; the first is interactions.stream_id
    id             VARCHAR PRIMARY KEY, -- "<stream id> <interaction id>"
    stream_id      VARCHAR NOT NULL,
    interaction_id VARCHAR NOT NULL,
    page_id        VARCHAR NOT NULL,    -- raw page that brought it first
    seen_at        TIMESTAMPTZ NOT NULL -- when it was seen first
);
--;
CREATE INDEX sightings_of_item ON sightings (interaction_id);
--;
CREATE TABLE scores (
    interaction_id   VARCHAR PRIMARY KEY,
    sentiment        DOUBLE,
    sentiment_label  VARCHAR NOT NULL,
    sentiment_reason VARCHAR NOT NULL,
    language         VARCHAR,
    priority         INTEGER NOT NULL,   -- without waiting time
    factors          VARCHAR NOT NULL,   -- JSON list
    scorer           VARCHAR NOT NULL,
    scored_at        TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE conversations (          -- every conversation
    id            VARCHAR PRIMARY KEY,
    channel       VARCHAR NOT NULL,
    account_id    VARCHAR NOT NULL,
    thread_id     VARCHAR NOT NULL,
    contact_id    VARCHAR NOT NULL,
    private       BOOLEAN NOT NULL,
    first_at      TIMESTAMPTZ NOT NULL, -- sent_at of its first and of its last inbound item
    last_at       TIMESTAMPTZ NOT NULL,
    -- we say
    status        VARCHAR NOT NULL,     -- open | snoozed | resolved
    snoozed_until TIMESTAMPTZ,
    assignee      VARCHAR,
    version       BIGINT NOT NULL,      -- raised by every change that people or customers make; compare-and-set
    said_version  BIGINT NOT NULL DEFAULT 0, -- value of `version` when something was last said or edited, by them or by us
    updated_at    TIMESTAMPTZ NOT NULL,
    labels        VARCHAR NOT NULL DEFAULT '', -- "id id": our words on it, in the order of their ids
    -- kept so that no page has to search all items
    waiting_ids   VARCHAR NOT NULL DEFAULT '', -- "x:1 x:2": inbound items that nobody answered; deleted ones may stand here
    newest_id     VARCHAR,              -- its newest inbound item that is not deleted; NULL: none is left
    -- the platform says
    elsewhere     BOOLEAN NOT NULL DEFAULT FALSE, -- another program holds this direct thread now
    -- service levels
    settled_at    TIMESTAMPTZ,          -- when it was last resolved: what waited then starts no clock; NULL: never, or
                                        -- staff reopened it
    settled_before TIMESTAMPTZ,         -- what stood there before, for when staff reopen it
    clock_from    TIMESTAMPTZ,          -- since when the time to a resolution runs, or from when on it goes on again;
                                        -- NULL: it is resolved
    clock_spent_s DOUBLE NOT NULL DEFAULT 0 -- opening time that was used before, seconds
);
--;
CREATE TABLE links (                  -- that a direct conversation goes on from a public item
    id                      VARCHAR PRIMARY KEY, -- "<item id> <private conversation id>"
    item_id                 VARCHAR NOT NULL,    -- the public one
    public_conversation_id  VARCHAR NOT NULL,
    private_conversation_id VARCHAR NOT NULL,
    made_at                 TIMESTAMPTZ NOT NULL,
    reply_id                VARCHAR              -- our reply that made it; NULL: the platform told
);
--;
CREATE TABLE gone (                   -- items that were deleted before anything else was told of them
    id      VARCHAR PRIMARY KEY,
    told_at TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE deliveries (             -- what platforms pushed, as it came; kept until `retention.raw_pages` after it was read
    id          VARCHAR PRIMARY KEY,   -- hash of account and body: the same delivery is one row
    account_id  VARCHAR NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    body        BLOB NOT NULL,         -- zstd; empty once it was read
    state       VARCHAR NOT NULL,      -- waiting | done | failed
    error       VARCHAR,               -- in words
    done_at     TIMESTAMPTZ
);
--;
CREATE TABLE spend (                  -- what platforms bill for, a row a day, account and price
    id         VARCHAR PRIMARY KEY,    -- "<account id> <YYYY-MM-DD> <name>", days of UTC
    account_id VARCHAR NOT NULL,
    day        VARCHAR NOT NULL,       -- YYYY-MM-DD, UTC
    name       VARCHAR NOT NULL,       -- of the price
    count      BIGINT NOT NULL,
    usd        DOUBLE NOT NULL
);
--;
CREATE TABLE our_words (              -- when we last said something in a conversation, but not at this desk
    conversation_id VARCHAR PRIMARY KEY,
    said_at         TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE queue (                  -- one row a conversation that is not resolved: what the inbox lists
    conversation_id VARCHAR PRIMARY KEY,
    channel         VARCHAR NOT NULL,
    account_id      VARCHAR NOT NULL,
    stream_id       VARCHAR NOT NULL,   -- where its most pressing item was first seen
    kind            VARCHAR NOT NULL,
    private         BOOLEAN NOT NULL,
    status          VARCHAR NOT NULL,
    snoozed_until   TIMESTAMPTZ,
    assignee        VARCHAR,
    item_id         VARCHAR NOT NULL,   -- its most pressing unanswered item (the newest when all are answered)
    priority        INTEGER NOT NULL,   -- of that item, without waiting time
    waiting_since   TIMESTAMPTZ,        -- sent_at of the oldest unanswered inbound item; NULL: nobody waits
    sentiment_label VARCHAR NOT NULL,
    language        VARCHAR,
    contact_id      VARCHAR NOT NULL,
    contact_name    VARCHAR NOT NULL,
    contact_handle  VARCHAR NOT NULL,
    excerpt         VARCHAR NOT NULL,   -- first 200 characters of that item
    last_at         TIMESTAMPTZ NOT NULL,
    unanswered      INTEGER NOT NULL,   -- how many inbound items wait
    version         BIGINT NOT NULL,    -- that of the conversation
    labels          VARCHAR NOT NULL DEFAULT '', -- those of the conversation
    due_at          TIMESTAMPTZ,        -- when a promised time is over next, by the platform's clock; NULL: nothing is due
    due_what        VARCHAR,            -- answer | resolution
    due_since       TIMESTAMPTZ,        -- when that clock began
    due_seen_at     TIMESTAMPTZ,        -- when we first knew of the item that waits for that answer
    warn_at         TIMESTAMPTZ         -- when somebody is told that it is due soon
);
--;
CREATE TABLE search_log (             -- what the search index has to take up anew; the index is a copy and may be missing
    seq BIGINT PRIMARY KEY,            -- ns since 1970, rising
    ids VARCHAR NOT NULL               -- lines: ids of conversations; "@<contact id>": all of theirs; "!": words were
                                       -- deleted; "": a moment only
);
--;
CREATE TABLE streams (                -- the schedule and the ledger are data
    id             VARCHAR PRIMARY KEY,
    account_id     VARCHAR NOT NULL,
    channel        VARCHAR NOT NULL,
    kind           VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    cursor_since   TIMESTAMPTZ,        -- complete up to here
    cursor_resume  VARCHAR,
    cursor_started TIMESTAMPTZ,
    cursor_oldest  TIMESTAMPTZ,
    cursor_items   BIGINT NOT NULL,
    cursor_joined  BOOLEAN NOT NULL,
    complete_from  TIMESTAMPTZ,        -- the oldest item of the first walk: nothing older was promised
    next_due_at    TIMESTAMPTZ NOT NULL,
    not_before     TIMESTAMPTZ,        -- the platform asked us to wait
    last_poll_at   TIMESTAMPTZ,
    last_ok_at     TIMESTAMPTZ,
    errors         INTEGER NOT NULL,   -- in a row
    last_error     VARCHAR,            -- in words; NULL: the last poll went well
    last_error_kind VARCHAR,           -- name of the error class
    last_error_at  TIMESTAMPTZ,
    items_stored   BIGINT NOT NULL,
    worst_lag_s    DOUBLE NOT NULL,    -- how far below the mark a new item ever turned up, seconds; the overlap must be longer
    active         BOOLEAN NOT NULL DEFAULT TRUE -- false: no longer in the settings, its data stays
);
--;
CREATE TABLE gaps (                   -- spans that a platform can no longer give
    id         VARCHAR PRIMARY KEY,
    stream_id  VARCHAR NOT NULL,
    since      TIMESTAMPTZ NOT NULL,
    until      TIMESTAMPTZ NOT NULL,
    reason     VARCHAR NOT NULL,
    found_at   TIMESTAMPTZ NOT NULL,
    closed_at  TIMESTAMPTZ,            -- when staff said they know; NULL: open
    closed_by  VARCHAR
);
--;
CREATE TABLE service_levels (         -- what is promised, as it was last applied to the queue; one row
    id         VARCHAR PRIMARY KEY,
    body       VARCHAR NOT NULL,       -- JSON
    applied_at TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE escalations (            -- whom we told that something was due soon, or late; once a waiting period and step
    id              VARCHAR PRIMARY KEY, -- "<conversation id> <due_what> <due_since> <step>"
    conversation_id VARCHAR NOT NULL,
    account_id      VARCHAR NOT NULL,
    step            VARCHAR NOT NULL,  -- soon | late
    due_what        VARCHAR NOT NULL,  -- answer | resolution
    due_since       TIMESTAMPTZ NOT NULL,
    due_at          TIMESTAMPTZ NOT NULL, -- by the platform's clock, as it was then
    told            VARCHAR NOT NULL,  -- JSON list of staff
    told_at         TIMESTAMPTZ NOT NULL
);
--;
CREATE INDEX escalations_of_conversation ON escalations (conversation_id);
--;
CREATE TABLE dead_letters (           -- raw items that could not be read; kept until replayed or dismissed
    id         VARCHAR PRIMARY KEY,    -- hash of stream and raw: the same bad item is one row
    stream_id  VARCHAR NOT NULL,
    native_id  VARCHAR,
    reason     VARCHAR NOT NULL,
    raw        BLOB NOT NULL,          -- zstd
    page_id    VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    seen       INTEGER NOT NULL,       -- how often it came
    settled_at TIMESTAMPTZ             -- replayed or dismissed; NULL: open
);
--;
CREATE TABLE accounts (               -- what we know of our own accounts
    id         VARCHAR PRIMARY KEY,
    channel    VARCHAR NOT NULL,
    owner_id   VARCHAR,                -- the account as a contact: "<channel>:<native id>"
    handle     VARCHAR,
    name       VARCHAR,
    state      VARCHAR NOT NULL,       -- ok | unauthorized | out_of_credit | out_of_budget | unreachable | unknown
    problem    VARCHAR,                -- in words
    checked_at TIMESTAMPTZ NOT NULL,
    retry_at   TIMESTAMPTZ,            -- while unauthorized or out_of_credit: nothing is looked up again before
    not_before TIMESTAMPTZ,            -- nothing is read before: the platform asked the whole account to wait, or
                                       -- the day's budget is spent (state out_of_budget)
    used       DOUBLE,                 -- percent of its allowance, as the platform last told; NULL: it does not tell
    used_at    TIMESTAMPTZ,
    handshake_at TIMESTAMPTZ           -- when the platform last asked whether the webhook is ours; NULL: never
);
--;
CREATE TABLE replies (                -- intents: what staff want to say; visibility never changes
    id              VARCHAR PRIMARY KEY,
    nonce           VARCHAR NOT NULL,   -- of the composed text; unique, kept so by the writer
    account_id      VARCHAR NOT NULL,
    channel         VARCHAR NOT NULL,
    item_id         VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    private         BOOLEAN NOT NULL,
    text            VARCHAR NOT NULL,
    text_hash       VARCHAR NOT NULL,
    author          VARCHAR NOT NULL,   -- staff
    seen_version    BIGINT NOT NULL,    -- conversation version the author had before the eyes
    state           VARCHAR NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    not_before      TIMESTAMPTZ NOT NULL, -- end of the undo window, of a rate limit or of a pause between retries
    deadline        TIMESTAMPTZ NOT NULL, -- never sent later
    attempts        INTEGER NOT NULL,
    platform_id     VARCHAR,            -- native id once sent
    url             VARCHAR,
    reason          VARCHAR,            -- why rejected, expired, in doubt, waiting: in words
    reconcile_at    TIMESTAMPTZ,        -- next reading while in doubt; NULL: a person decides
    reconciled      INTEGER NOT NULL,   -- readings done
    settled_by      VARCHAR,            -- staff who decided; NULL: the platform told
    settled_at      TIMESTAMPTZ,
    version         BIGINT NOT NULL
);
--;
CREATE INDEX replies_of_conversation ON replies (conversation_id);
--;
CREATE TABLE send_slots (             -- at most one unresolved reply per item and visibility
    id        VARCHAR PRIMARY KEY,     -- "<account id> <item id> public|private"
    intent_id VARCHAR NOT NULL
);
--;
CREATE TABLE attempts (               -- written before every call
    id          VARCHAR PRIMARY KEY,   -- "<intent id>/<number>"
    intent_id   VARCHAR NOT NULL,
    number      INTEGER NOT NULL,
    boot_id     VARCHAR NOT NULL,
    started_at  TIMESTAMPTZ NOT NULL,
    request_hash VARCHAR NOT NULL,
    outcome     VARCHAR,               -- sent | rejected | not_sent | in_doubt; NULL: not known yet
    error       VARCHAR,               -- name of the error class; NULL: none
    detail      VARCHAR,               -- in words
    ended_at    TIMESTAMPTZ
);
--;
CREATE TABLE reply_files (            -- pictures that go out with a reply, or wait in the composer to do so
    id          VARCHAR PRIMARY KEY,
    nonce       VARCHAR NOT NULL,      -- of the composed text that they belong to
    account_id  VARCHAR NOT NULL,
    staff       VARCHAR NOT NULL,
    private     BOOLEAN NOT NULL,      -- for one person only; never changes
    number      INTEGER NOT NULL,      -- in the order in which they are shown
    hash        VARCHAR NOT NULL,      -- SHA-256 of the bytes: the name of the file
    type        VARCHAR NOT NULL,      -- image/jpeg | image/png
    bytes       BIGINT NOT NULL,
    alt         VARCHAR NOT NULL,      -- what it shows
    media_id    VARCHAR,               -- by which the platform knows it; NULL: not uploaded yet
    created_at  TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE send_pauses (            -- when an account may send again, so that a restart does not forget
    id         VARCHAR PRIMARY KEY,    -- "<account id> public|private"
    not_before TIMESTAMPTZ NOT NULL,
    errors     INTEGER NOT NULL,       -- failures in a row
    reason     VARCHAR NOT NULL        -- in words
);
--;
CREATE TABLE drafts (                 -- text being typed, so that a reload loses nothing
    id              VARCHAR PRIMARY KEY, -- "<staff> <conversation id> public|private|note"
    staff           VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    mode            VARCHAR NOT NULL,
    text            VARCHAR NOT NULL,
    nonce           VARCHAR NOT NULL,   -- of this composed text; a new one once it was sent
    updated_at      TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE saved_replies (          -- texts with variables that staff answer with
    id          VARCHAR PRIMARY KEY,
    owner       VARCHAR,               -- staff whose own it is; NULL: shared by all
    name        VARCHAR NOT NULL,
    text        VARCHAR NOT NULL,
    language    VARCHAR,               -- ISO 639-1; NULL: any
    channels    VARCHAR NOT NULL,      -- "x facebook"; '': every one
    fits        VARCHAR NOT NULL,      -- any | public | private
    folder      VARCHAR NOT NULL,
    tags        VARCHAR NOT NULL,      -- "refund,apology"
    version     BIGINT NOT NULL,       -- compare-and-set
    archived_at TIMESTAMPTZ,
    updated_by  VARCHAR NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE saved_reply_versions (   -- earlier wordings
    id             VARCHAR PRIMARY KEY, -- "<saved reply>/<version>"
    saved_reply_id VARCHAR NOT NULL,
    version        BIGINT NOT NULL,
    name           VARCHAR NOT NULL,
    text           VARCHAR NOT NULL,
    changed_by     VARCHAR NOT NULL,
    changed_at     TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE saved_reply_uses (       -- which saved reply answered what; no words of customers
    id             VARCHAR PRIMARY KEY, -- of the reply
    saved_reply_id VARCHAR NOT NULL,
    item_id        VARCHAR NOT NULL,
    edited         DOUBLE NOT NULL,    -- share of its words that was not left, 0 to 1
    used_at        TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE followups (              -- replies that leave only once another one was sent
    id       VARCHAR PRIMARY KEY,      -- of the reply that waits
    after_id VARCHAR NOT NULL          -- of the one it waits for
);
--;
CREATE TABLE macros (                 -- several actions under one name
    id          VARCHAR PRIMARY KEY,
    owner       VARCHAR,               -- staff whose own it is; NULL: shared by all
    name        VARCHAR NOT NULL,
    steps       VARCHAR NOT NULL,      -- JSON list
    version     BIGINT NOT NULL,       -- compare-and-set
    archived_at TIMESTAMPTZ,
    updated_by  VARCHAR NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE macro_runs (             -- what a macro did, so that it can be taken back as one
    id              VARCHAR PRIMARY KEY,
    macro_id        VARCHAR NOT NULL,
    name            VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    staff           VARCHAR NOT NULL,
    ran_at          TIMESTAMPTZ NOT NULL,
    done            VARCHAR NOT NULL,  -- JSON list: what takes each step back
    undone_at       TIMESTAMPTZ
);
--;
CREATE TABLE actions (                -- hide, like, delete: what was done to items
    id         VARCHAR PRIMARY KEY,
    item_id    VARCHAR NOT NULL,
    account_id VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    staff      VARCHAR NOT NULL,
    state      VARCHAR NOT NULL,       -- done | failed
    reason     VARCHAR,
    created_at TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE teams (                  -- staff who share a queue
    id         VARCHAR PRIMARY KEY,
    name       VARCHAR NOT NULL,       -- no two alike, kept so by the writer
    members    VARCHAR NOT NULL,       -- JSON list of staff
    version    BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE workloads (              -- how much somebody takes at a time, and when they are away
    id         VARCHAR PRIMARY KEY,    -- staff
    capacity   INTEGER,                -- open conversations at a time; NULL: as the settings say
    away_from  TIMESTAMPTZ,
    away_until TIMESTAMPTZ,
    turn       BIGINT NOT NULL,        -- number of their last assignment by rule: the lowest is next
    version    BIGINT NOT NULL
);
--;
CREATE TABLE assignments (            -- whose a conversation is, and since when; a row once a person or a team had it
    id          VARCHAR PRIMARY KEY,   -- the conversation
    team_id     VARCHAR,               -- in whose queue it is
    assigned_at TIMESTAMPTZ,           -- when its assignee got it
    passed_by   VARCHAR NOT NULL       -- JSON list: staff who had it and did not answer; by rule they do not get it again
);
--;
CREATE TABLE notifications (          -- what waits for one person
    id              VARCHAR PRIMARY KEY,
    staff           VARCHAR NOT NULL,  -- for whom
    kind            VARCHAR NOT NULL,  -- mention | assigned | proposed | approved | refused | closing | lapsed | handed_back | escalation
    conversation_id VARCHAR NOT NULL,
    by_staff        VARCHAR NOT NULL,  -- who made it; "system" for what nobody pressed
    about           VARCHAR,           -- the note or the proposal it is about
    created_at      TIMESTAMPTZ NOT NULL,
    read_at         TIMESTAMPTZ
);
--;
CREATE TABLE proposals (              -- replies that wait for approval, and what became of them
    id              VARCHAR PRIMARY KEY,
    nonce           VARCHAR NOT NULL,  -- of the composed text; unique, kept so by the writer
    conversation_id VARCHAR NOT NULL,
    account_id      VARCHAR NOT NULL,
    item_id         VARCHAR NOT NULL,
    private         BOOLEAN NOT NULL,
    text            VARCHAR NOT NULL,
    author          VARCHAR NOT NULL,
    seen_version    BIGINT NOT NULL,   -- conversation version the author had before the eyes
    state           VARCHAR NOT NULL,  -- waiting | approved | refused | withdrawn | lapsed
    created_at      TIMESTAMPTZ NOT NULL,
    until           TIMESTAMPTZ,       -- when the platform's window to answer ends, by our clock; NULL: no end is known
    warned          BOOLEAN NOT NULL,  -- approvers were told that the window ends soon
    decided_by      VARCHAR,
    decided_at      TIMESTAMPTZ,
    reason          VARCHAR,           -- why refused or lapsed: in words
    reply_id        VARCHAR,           -- the reply it became
    version         BIGINT NOT NULL
);
--;
CREATE INDEX proposals_of_conversation ON proposals (conversation_id);
--;
CREATE TABLE notes (                  -- said among ourselves, never sent
    id              VARCHAR PRIMARY KEY,
    conversation_id VARCHAR NOT NULL,
    staff           VARCHAR NOT NULL,
    text            VARCHAR NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL
);
--;
CREATE INDEX notes_of_conversation ON notes (conversation_id);
--;
CREATE TABLE labels (                 -- our words for conversations; those put away stay where they are
    id         VARCHAR PRIMARY KEY,    -- 12 hex digits, all of one length: no id is part of another
    name       VARCHAR NOT NULL,
    colour     VARCHAR NOT NULL,       -- one of desk_types.organising.COLOURS
    archived   BOOLEAN NOT NULL,       -- not offered any more
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL
);
--;
CREATE TABLE saved_views (            -- filter and search under a name
    id         VARCHAR PRIMARY KEY,
    owner      VARCHAR,                -- staff; NULL: it is everybody's
    name       VARCHAR NOT NULL,
    filter     VARCHAR NOT NULL,       -- JSON: what is set of a QueueFilter, by field
    position   INTEGER NOT NULL,       -- among the owner's, or among the shared ones
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL
);
--;
CREATE TABLE undo_steps (             -- what staff did and may take back; forgotten once it is past
    id         VARCHAR PRIMARY KEY,
    staff      VARCHAR NOT NULL,
    words      VARCHAR NOT NULL,       -- what was done
    seq        BIGINT NOT NULL,        -- order of the deeds
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    undone_at  TIMESTAMPTZ             -- NULL: not taken back
);
--;
CREATE TABLE undo_lines (             -- one thing that a step changed
    id         VARCHAR PRIMARY KEY,    -- "<step id> <field> <object id>"
    step_id    VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,       -- status | assignee | label:<id> | corrected:<what> <item> |
                                       -- silence | customer
    object_id  VARCHAR NOT NULL,       -- a conversation; of the last two a contact
    before     VARCHAR NOT NULL,       -- JSON
    after      VARCHAR NOT NULL,       -- JSON
    covered_by VARCHAR,                -- a later step that changed the same; NULL: none, or it was taken back
    state      VARCHAR NOT NULL        -- open | restored | left
);
--;
CREATE TABLE bulk_runs (              -- one change of many conversations, and how far it has come
    id         VARCHAR PRIMARY KEY,    -- its undo step has the same
    staff      VARCHAR NOT NULL,
    words      VARCHAR NOT NULL,       -- what is done: "Resolved", "Assigned to ben"
    total      BIGINT NOT NULL,
    done       BIGINT NOT NULL,        -- those that were looked at so far
    changed    BIGINT NOT NULL,
    failures   VARCHAR NOT NULL,       -- JSON: [[conversation id, why] …], the first ones
    failed     BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at   TIMESTAMPTZ             -- NULL: under way, or cut off by a crash
);
--;
CREATE TABLE customers (              -- contacts that staff said are one person
    contact_id  VARCHAR PRIMARY KEY,
    customer_id VARCHAR NOT NULL,
    staff       VARCHAR NOT NULL,      -- who said so
    merged_at   TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE silences (               -- contacts whose items raise no queue row
    contact_id VARCHAR PRIMARY KEY,
    kind       VARCHAR NOT NULL,       -- muted | spam
    until      TIMESTAMPTZ,            -- NULL: until somebody takes it back
    staff      VARCHAR NOT NULL,
    since      TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE audit_events (           -- who did what, append only; ids and hashes, no text of customers
    id          VARCHAR PRIMARY KEY,
    happened_at TIMESTAMPTZ NOT NULL,
    staff       VARCHAR NOT NULL,      -- "system" for what nobody pressed
    verb        VARCHAR NOT NULL,
    object_id   VARCHAR NOT NULL,
    details     VARCHAR NOT NULL       -- JSON
);
--;
CREATE TABLE staff (                  -- who works here; never deleted, so that what they did keeps its name
    id           VARCHAR PRIMARY KEY,  -- sign-in name; unique whatever the case of its letters, kept so by the writer
    name         VARCHAR NOT NULL,     -- as colleagues read it
    email        VARCHAR,              -- lower case; finds who comes from an identity provider
    subject      VARCHAR,              -- "<issuer> <subject>" at the identity provider, once they came from there
    role         VARCHAR NOT NULL,
    accounts     VARCHAR NOT NULL,     -- * for all, else a JSON list of account ids
    active       BOOLEAN NOT NULL,     -- false: may not sign in and do nothing
    created_at   TIMESTAMPTZ NOT NULL,
    signed_in_at TIMESTAMPTZ,          -- last time; NULL: never
    version      BIGINT NOT NULL       -- compare-and-set
);
--;
CREATE TABLE staff_keys (             -- how they prove who they are; no secret stands here in plain
    staff        VARCHAR PRIMARY KEY,
    password     VARCHAR,              -- argon2id
    totp         VARCHAR,              -- secret of the second factor, sealed with a key that is not in this database
    totp_pending VARCHAR,              -- sealed likewise: shown, and not confirmed yet
    totp_step    BIGINT NOT NULL,      -- last step of 30 s of which a code was taken; each code is good once
    recovery     VARCHAR NOT NULL      -- "hash hash": recovery codes that were not used yet
);
--;
CREATE TABLE sessions (               -- browsers that are signed in; a row goes when the session ends
    id      VARCHAR PRIMARY KEY,       -- SHA-256 of the token, which only the browser has
    staff   VARCHAR NOT NULL,
    half    BOOLEAN NOT NULL,          -- the password was right, the second factor is still to come
    made_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ NOT NULL,      -- to some minutes
    ends_at TIMESTAMPTZ NOT NULL,      -- whatever happens
    address VARCHAR NOT NULL,          -- where it was begun
    browser VARCHAR NOT NULL           -- in words
);
--;
CREATE TABLE invitations (            -- links that are good once; a row goes when it is used
    id       VARCHAR PRIMARY KEY,      -- SHA-256 of the secret in the link
    kind     VARCHAR NOT NULL,         -- first | join | password
    staff    VARCHAR,                  -- password: whose
    name     VARCHAR NOT NULL,         -- proposed
    email    VARCHAR,
    role     VARCHAR NOT NULL,
    accounts VARCHAR NOT NULL,         -- as in staff
    made_by  VARCHAR NOT NULL,
    made_at  TIMESTAMPTZ NOT NULL,
    ends_at  TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE sign_in_failures (       -- so that a restart does not forget who is guessing
    id         VARCHAR PRIMARY KEY,    -- "name <hash>" | "address <address>" | "code <hash>"
    failures   INTEGER NOT NULL,       -- in a row
    last_at    TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL    -- no attempt is looked at before
);
--;
CREATE TABLE job_runs (
    id          VARCHAR PRIMARY KEY,
    job         VARCHAR NOT NULL,
    started_at  TIMESTAMPTZ NOT NULL,
    ended_at    TIMESTAMPTZ,           -- NULL: running, or cut off by a crash
    outcome     VARCHAR,               -- ok | failed | missed | overrun | cut_off
    detail      VARCHAR
);
--;
CREATE TABLE counters (               -- commit sequence and other single numbers
    name  VARCHAR PRIMARY KEY,
    value BIGINT NOT NULL
);
--;
CREATE TABLE stats_keys (             -- what counts are kept by; a row for every combination that ever came
    id              INTEGER PRIMARY KEY,
    channel         VARCHAR NOT NULL,
    account_id      VARCHAR NOT NULL,
    stream_ids      VARCHAR NOT NULL,  -- "a/mentions b/brand": every stream that saw the items, in order
    private         BOOLEAN NOT NULL,
    language        VARCHAR NOT NULL,  -- '': not known
    sentiment_label VARCHAR NOT NULL,  -- 'none': not scored
    labels          VARCHAR NOT NULL   -- "id id": those of their conversations
);
--;
CREATE TABLE stats (                  -- roll-up: inbound items that are neither context nor deleted, counted
    bucket          TIMESTAMPTZ NOT NULL, -- its beginning; a quarter of an hour
    key_id          INTEGER NOT NULL,
    items           BIGINT NOT NULL,
    reach           BIGINT NOT NULL,   -- sum
    sentiment_e4    BIGINT NOT NULL,   -- sum of sentiments in ten-thousandths, so that sums are exact
    answered        BIGINT NOT NULL
);
--;
CREATE TABLE stats_plain (            -- the same, told apart by channel, account, visibility and sentiment only
    bucket          TIMESTAMPTZ NOT NULL,
    key_id          INTEGER NOT NULL,  -- the first key that is like theirs in these four
    items           BIGINT NOT NULL,
    reach           BIGINT NOT NULL,
    sentiment_e4    BIGINT NOT NULL,
    answered        BIGINT NOT NULL
);
--;
CREATE TABLE stats_days (             -- days that are added up; no two overlap
    begins          TIMESTAMPTZ NOT NULL,
    ends            TIMESTAMPTZ NOT NULL,
    zone            VARCHAR NOT NULL   -- whose days: the house's when they were added up
);
--;
CREATE TABLE day_stats (              -- stats, added up over such days
    bucket          TIMESTAMPTZ NOT NULL, -- when the day begins
    key_id          INTEGER NOT NULL,
    items           BIGINT NOT NULL,
    reach           BIGINT NOT NULL,
    sentiment_e4    BIGINT NOT NULL,
    answered        BIGINT NOT NULL
);
--;
CREATE TABLE day_plain (              -- stats_plain, added up over such days
    bucket          TIMESTAMPTZ NOT NULL,
    key_id          INTEGER NOT NULL,
    items           BIGINT NOT NULL,
    reach           BIGINT NOT NULL,
    sentiment_e4    BIGINT NOT NULL,
    answered        BIGINT NOT NULL
);
--;
CREATE TABLE counted_items (          -- the items that stats counts, each under its key
    bucket          TIMESTAMPTZ NOT NULL,
    key_id          INTEGER NOT NULL,
    item_id         VARCHAR NOT NULL,
    sent_at         TIMESTAMPTZ NOT NULL,
    waited_s        BIGINT             -- how long it waited for an answer, seconds, rounded; NULL: it has none
);
--;
CREATE TABLE stats_dirty (            -- buckets that have to be counted anew; one may stand here several times
    bucket TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE spikes (                 -- that far more was said than usual, and why
    id              VARCHAR PRIMARY KEY,
    account_id      VARCHAR,            -- NULL: over all accounts, where no single one showed it
    part_of         VARCHAR,            -- the spike over all accounts that began before it
    kind            VARCHAR NOT NULL,   -- many_voices | one_post | copies | few_authors | lull
    severity        VARCHAR NOT NULL,   -- crisis | notable | copies
    began_at        TIMESTAMPTZ NOT NULL, -- these four by the platform's clock
    ended_at        TIMESTAMPTZ,        -- NULL: it goes on
    last_at         TIMESTAMPTZ NOT NULL, -- when it last stood out
    peak_at         TIMESTAMPTZ NOT NULL, -- end of its strongest hour
    found_at        TIMESTAMPTZ NOT NULL,
    window_s        BIGINT NOT NULL,    -- the shortest window that found it, seconds
    negative_only   BOOLEAN NOT NULL,   -- negative items stand out, all together do not; peak and usual count those
    peak            BIGINT NOT NULL,    -- items in its strongest hour
    usual           DOUBLE NOT NULL,    -- items that are usual in that hour
    items           BIGINT NOT NULL,    -- in all
    expected        DOUBLE NOT NULL,    -- items that are usual in all that time
    negative        BIGINT NOT NULL,
    scored          BIGINT NOT NULL,
    basis           VARCHAR NOT NULL,   -- week | day | none
    weeks           INTEGER NOT NULL,   -- weeks (days, for day) that it stands on
    words           VARCHAR NOT NULL,   -- one sentence for people
    why             VARCHAR NOT NULL,   -- JSON: ids, and single words that several people said
    why_at          TIMESTAMPTZ NOT NULL, -- when that was last worked out
    told_at         TIMESTAMPTZ,        -- NULL: nobody was told
    told_as         VARCHAR,            -- severity that it was told with
    conversation_id VARCHAR,            -- of the message that says it best; NULL: there is none
    closed_by       VARCHAR,            -- staff who said they know
    closed_at       TIMESTAMPTZ,
    note            VARCHAR NOT NULL DEFAULT ''
);
--;
CREATE TABLE annotations (            -- remarks on the time axis of insights
    id         VARCHAR PRIMARY KEY,
    kind       VARCHAR NOT NULL,       -- campaign | outage | other
    text       VARCHAR NOT NULL,
    begins_at  TIMESTAMPTZ NOT NULL,
    ends_at    TIMESTAMPTZ,            -- NULL: one moment
    account_id VARCHAR,                -- NULL: of all accounts
    by_staff   VARCHAR NOT NULL,
    version    BIGINT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE reports (                -- figures of a slice as of a moment, kept; never changed
    id             VARCHAR PRIMARY KEY,
    title          VARCHAR NOT NULL,
    slice          VARCHAR NOT NULL,   -- JSON
    accounts       VARCHAR NOT NULL,   -- JSON list of the accounts that its maker may see; * for all
    as_of          TIMESTAMPTZ NOT NULL, -- when the figures were read
    made_at        TIMESTAMPTZ NOT NULL,
    made_by        VARCHAR NOT NULL,
    complete_up_to TIMESTAMPTZ,        -- everything was read up to then; NULL: a stream of it never was
    figures        VARCHAR NOT NULL,   -- JSON
    digest         VARCHAR NOT NULL    -- SHA-256 of title, slice, as_of, complete_up_to and figures
);
--;
CREATE TABLE report_files (           -- files of reports as they were first made, so that they never change
    id        VARCHAR PRIMARY KEY,     -- "<report id> <format>"
    report_id VARCHAR NOT NULL,
    format    VARCHAR NOT NULL,        -- pdf | xlsx | csv | parquet
    body      BLOB NOT NULL,
    digest    VARCHAR NOT NULL,        -- SHA-256
    made_at   TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE mails (                  -- digests by e-mail: a row for each period and recipient
    id          VARCHAR PRIMARY KEY,   -- "<digest> <period> <recipient>"; a trial has its moment behind it
    digest      VARCHAR NOT NULL,      -- its name
    period      VARCHAR NOT NULL,      -- "YYYY-MM-DD YYYY-MM-DD": first and last day
    recipient   VARCHAR NOT NULL,
    message_id  VARCHAR NOT NULL,      -- the same for every attempt
    report_id   VARCHAR NOT NULL,      -- of which figures
    formats     VARCHAR NOT NULL,      -- "pdf xlsx"
    state       VARCHAR NOT NULL,      -- queued | sending | accepted | failed | in_doubt | bounced
    attempts    INTEGER NOT NULL,
    answer      VARCHAR,               -- the server's last answer, or why there was none
    notice      BOOLEAN NOT NULL,      -- the server was asked to tell of the delivery
    not_before  TIMESTAMPTZ NOT NULL,  -- of the next attempt
    deadline    TIMESTAMPTZ NOT NULL,  -- none is made later
    created_at  TIMESTAMPTZ NOT NULL,
    ended_at    TIMESTAMPTZ,           -- when it was accepted, failed or settled
    settled_by  VARCHAR                -- staff who said what became of it
);
--;
CREATE TABLE corrections (            -- what staff say an item really is; no words of customers
    id         VARCHAR PRIMARY KEY,
    item_id    VARCHAR NOT NULL,
    account_id VARCHAR NOT NULL,
    what       VARCHAR NOT NULL,       -- sentiment | priority
    was        VARCHAR NOT NULL,       -- what the program had made of it: a label, or a band
    is_now     VARCHAR NOT NULL,       -- what somebody says it is
    staff      VARCHAR NOT NULL,
    made_at    TIMESTAMPTZ NOT NULL,
    sample_id  VARCHAR,                -- the sample that was answered with it; NULL: it was volunteered
    undone_at  TIMESTAMPTZ,            -- NULL: it holds
    undone_why VARCHAR                 -- taken_back | replaced | reworded
);
--;
CREATE TABLE machine_scores (         -- what the program makes of items that somebody corrected; a row while one holds
    interaction_id   VARCHAR PRIMARY KEY,
    sentiment        DOUBLE,
    sentiment_label  VARCHAR NOT NULL,
    sentiment_reason VARCHAR NOT NULL,
    language         VARCHAR,
    priority         INTEGER NOT NULL,
    factors          VARCHAR NOT NULL,
    scorer           VARCHAR NOT NULL,
    scored_at        TIMESTAMPTZ NOT NULL
);
--;
CREATE TABLE samples (                -- items drawn at random, a week at a time, for somebody to say what they are
    id          VARCHAR PRIMARY KEY,   -- "<week> <item id>"
    week        VARCHAR NOT NULL,      -- "2026-W44": of the week in which the items were stored
    item_id     VARCHAR NOT NULL,
    account_id  VARCHAR NOT NULL,
    channel     VARCHAR NOT NULL,
    language    VARCHAR NOT NULL,      -- '': not known
    version_id  VARCHAR NOT NULL,      -- of the words that were drawn
    told        VARCHAR NOT NULL,      -- the label that the program had made
    scorer      VARCHAR NOT NULL,
    weight      DOUBLE NOT NULL,       -- for how many items of its channel and language it stands
    drawn_at    TIMESTAMPTZ NOT NULL,
    label       VARCHAR,               -- what somebody says it is; NULL: nobody answered
    answered_by VARCHAR,
    answered_at TIMESTAMPTZ,
    skipped_at  TIMESTAMPTZ            -- when somebody could not tell; answered_by says who
);
--;
CREATE TABLE rules (                  -- words and phrases that corrections taught
    id         VARCHAR PRIMARY KEY,
    phrase     VARCHAR NOT NULL,       -- one to three words in lower case
    language   VARCHAR NOT NULL,
    points     DOUBLE NOT NULL,        -- on the scale of the list of words, -4 to 4
    state      VARCHAR NOT NULL,       -- proposed | active | withdrawn
    speak_for  INTEGER NOT NULL,       -- labels of people that speak for it, and against it, when it was proposed
    against    INTEGER NOT NULL,
    authors    INTEGER NOT NULL,       -- how many customers wrote what speaks for it
    made_at    TIMESTAMPTZ NOT NULL,
    made_by    VARCHAR,                -- who wrote it; null: labels of people spoke for it
    decided_by VARCHAR,
    decided_at TIMESTAMPTZ,
    version    BIGINT NOT NULL         -- of the whole set of rules with the last decision on this one; 0: none yet
);
--;
CREATE TABLE schema_versions (
    version    INTEGER PRIMARY KEY,
    applied_at TIMESTAMPTZ NOT NULL
);

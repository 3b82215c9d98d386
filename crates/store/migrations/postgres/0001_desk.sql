-- Why: everything the desk remembers about demands and people. Twin: ../sqlite/0001_desk.sql
-- Instants are milliseconds since 1970 (UTC); ids are UUIDv7; texts that people wrote are masked before they come here.

-- The last number given in each year: a transaction that fails gives its number back.
create table protocol_counter (year bigint primary key, last bigint not null);

create table ticket (
    -- `created` and the protocol's number in one: unique, and newest is greatest. Every page follows it.
    position bigint primary key,
    id text collate "C" not null unique,
    protocol text collate "C" not null unique,
    version bigint not null,
    state text not null,
    escalation text,
    partner text,
    requester text,
    channel text not null,
    subject text not null,
    situation text,
    cause text,
    next_step text,
    priority text,
    team text,
    assignee text,
    tags text not null,
    solution text,
    analysis text,
    final_situation text,
    final_cause text,
    closing text,
    confirmation text,
    reminders bigint not null,
    created bigint not null,
    updated bigint not null,
    first_answer bigint,
    awaiting_since bigint,
    closed bigint,
    merged_into text references ticket (id)
);
create index ticket_state on ticket (state, position);
create index ticket_partner on ticket (partner, position);
create index ticket_situation on ticket (situation, position);
create index ticket_cause on ticket (cause, position);
create index ticket_team on ticket (team, position);
create index ticket_assignee on ticket (assignee, position);
create index ticket_awaiting on ticket (awaiting_since) where awaiting_since is not null;

-- The words of a ticket, stemmed and folded by the caller. A table of its own: a change of state does not index them again.
create table ticket_search (position bigint primary key, words tsvector not null);
create index ticket_search_words on ticket_search using gin (words);
-- How rare a word is decides how it is looked for: the server counts ten times as many words as it would.
alter table ticket_search alter column words set statistics 1000;

create table ticket_link (
    kind text not null,
    a text not null references ticket (id),
    b text not null references ticket (id),
    at bigint not null,
    author text not null,
    primary key (kind, a, b)
);
create index ticket_link_b on ticket_link (b);

create table message (
    id text collate "C" primary key,
    ticket text not null references ticket (id),
    at bigint not null,
    direction text not null check (direction in ('in', 'out', 'note')),
    author text not null,
    body text not null,
    channel text not null,
    -- Hash of what arrived: the same message twice is one row.
    dedupe text unique
);
create index message_ticket on message (ticket, at, id);

create table attachment (
    id text collate "C" primary key,
    message text not null references message (id),
    name text not null,
    media_type text not null,
    size bigint not null,
    text text
);
create index attachment_message on attachment (message, id);

-- Originals, encrypted by the caller. `about` says what of: a message, an attachment, a second factor.
create table sealed (
    id text collate "C" primary key,
    about text not null,
    key_id text not null,
    nonce bytea not null,
    ciphertext bytea not null,
    expires_at bigint
);
create index sealed_key on sealed (key_id, id);
create index sealed_expires on sealed (expires_at) where expires_at is not null;
create index sealed_about on sealed (about);

create table diagnosis (
    id text collate "C" primary key,
    ticket text not null references ticket (id),
    at bigint not null,
    procedure_revision text not null,
    registry_revision text,
    line text not null,
    facts bytea not null
);
create index diagnosis_ticket on diagnosis (ticket, at, id);

create table evidence (
    id text collate "C" primary key,
    ticket text not null references ticket (id),
    at bigint not null,
    name text not null,
    value text,
    source text not null,
    standing text not null,
    corrected_by text,
    reason text
);
create index evidence_ticket on evidence (ticket, name, at, id);

create table trail (
    seq bigint primary key,
    ticket text references ticket (id),
    at bigint not null,
    actor text not null,
    what text not null,
    data text not null,
    previous_hash bytea not null,
    hash bytea not null
);
create index trail_ticket on trail (ticket, seq);
-- The end of the chain: appending locks this row, and a trail cut short no longer fits it.
create table trail_head (one bigint primary key check (one = 1), seq bigint not null, hash bytea not null);
insert into trail_head (one, seq, hash) values (1, 0, '');

create table idempotency (
    scope text not null,
    key_hash text not null,
    ticket text not null,
    request_hash text not null,
    response_hash text,
    at bigint not null,
    primary key (scope, key_hash)
);
create index idempotency_at on idempotency (at);

create table registry_revision (
    id text collate "C" primary key,
    at bigint not null,
    author text not null,
    body text not null
);
create index registry_revision_at on registry_revision (at, id);

create table document (
    path text collate "C" not null,
    version text collate "C" not null,
    at bigint not null,
    text text not null,
    hash text collate "C" not null,
    primary key (path, version)
);

create table account (
    id text collate "C" primary key,
    login text collate "C" not null unique,
    name text not null,
    role text not null,
    partner text,
    team text,
    password_hash text,
    totp_sealed text references sealed (id),
    failures bigint not null,
    locked_until bigint,
    disabled_at bigint,
    created bigint not null,
    updated bigint not null
);

create table session (
    hash text collate "C" primary key,
    account text not null references account (id),
    agent text not null,
    created bigint not null,
    seen bigint not null,
    expires bigint not null,
    revoked bigint
);
create index session_account on session (account, created);

create table api_token (
    id text collate "C" primary key,
    name text not null,
    role text not null,
    scopes text not null,
    partner text,
    hash text collate "C" not null unique,
    last4 text not null,
    created bigint not null,
    expires bigint,
    revoked bigint
);

create table job (
    id text collate "C" primary key,
    kind text not null,
    payload text not null,
    run_at bigint not null,
    attempts bigint not null,
    locked_until bigint,
    locked_by text,
    state text not null check (state in ('ready', 'done', 'quarantined')),
    last_error text
);
create index job_ready on job (run_at, id) where state = 'ready';
create index job_state on job (state, id);

-- Why: what the desk knows of itself, the procedure and the documentation as they were, and what deadlines are counted from.
-- Old code keeps working: it only adds. Twin: ../postgres/0003_desk_facts.sql

-- One fact of the installation each: whose secrets it was written with, the state of what judges messages.
create table setting (name text primary key, value text not null);

create table procedure_revision (
    id text primary key,
    at bigint not null,
    author text not null,
    reason text not null,
    body text not null
);
create index procedure_revision_at on procedure_revision (at, id);

-- Which version of which document made up the documentation: a diagnosis names the set it saw.
create table document_set (hash text primary key, at bigint not null, manifest text not null);

-- Links that are good for one use. The token itself is not here, only its hash.
create table one_time (
    hash text primary key,
    purpose text not null,
    account text references account (id),
    expires bigint not null,
    used bigint
);

-- Failed attempts to log in, under a hash of what was typed: known and unknown names look alike.
create table attempt (
    hash text primary key,
    failures bigint not null,
    locked_until bigint,
    at bigint not null
);
create index attempt_at on attempt (at);

alter table account add column totp_step bigint;
alter table api_token add column account text references account (id);

alter table ticket add column first_situation text;
alter table ticket add column first_cause text;
alter table ticket add column last_in bigint;
alter table ticket add column last_out bigint;
alter table ticket add column last_reminder bigint;
alter table ticket add column resolved bigint;
-- The next deadline that is running, and what for.
alter table ticket add column due bigint;
alter table ticket add column due_kind text;
-- A hash of the one request it is about: tickets with the same are offered for linking.
alter table ticket add column request_mark text;
create index ticket_due on ticket (due) where due is not null;
create index ticket_request_mark on ticket (request_mark) where request_mark is not null;

-- When the partner owed an answer: no deadline runs then.
create table pause (
    ticket text not null references ticket (id),
    from_at bigint not null,
    to_at bigint,
    primary key (ticket, from_at)
);

-- Why: the partners' requests, in a file of their own: written in batches, thrown away by age.
-- Twin: ../postgres/0002_request_log.sql
create table request (
    number integer primary key,
    at bigint not null,
    request_id text unique,
    environment text not null,
    method text not null,
    path text not null,
    normal_path text not null,
    status bigint,
    key_hash blob,
    key_tail text,
    login text,
    token_issued_at bigint,
    error text,
    duration_ms bigint
);
-- Each index begins with the hour: what arrives together is written together, however many users and keys there are. A look-up
-- goes through the hours of its span one by one.
create index request_login on request ((at / 3600000), login, at) where login is not null;
create index request_key on request ((at / 3600000), key_hash, at) where key_hash is not null;
create index request_route on request ((at / 3600000), normal_path, method, at);

-- Lines of an import that could not be read, kept aside (masked) for a person.
create table rejected_line (
    id text primary key,
    at bigint not null,
    source text not null,
    line_number bigint not null,
    line text not null,
    reason text not null
);

-- Why: an index of ids alone is as wide as the log, and every row of an import touches a page of it far from the others. By the day,
-- what arrives together is written together; a request has one moment, so its id is still there once. Twin: ../postgres/0006_request_id_by_day.sql
create table request_by_day (
    number integer primary key,
    at bigint not null,
    request_id text,
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
    duration_ms bigint,
    shown_id text,
    shown_login text
);
insert into request_by_day select number, at, request_id, environment, method, path, normal_path, status, key_hash, key_tail, login,
    token_issued_at, error, duration_ms, shown_id, shown_login from request;
drop table request;
alter table request_by_day rename to request;
create unique index request_id_of_day on request ((at / 86400000), request_id) where request_id is not null;
create index request_login on request ((at / 3600000), login, at) where login is not null;
create index request_key on request ((at / 3600000), key_hash, at) where key_hash is not null;
create index request_route on request ((at / 3600000), normal_path, method, at);

-- Why: what is too old goes as whole tables, which give their disk back at once, and a look-up reads only the months that it asks for.
-- One partition a month in UTC: it holds whole days, so an id is once in its day within one partition, and years are few tables.
-- Twin: ../sqlite/0009_request_partitions.sql
alter table request rename to request_whole;
alter sequence request_number_seq rename to request_whole_number_seq;
create table request (
    number bigint generated always as identity,
    at bigint not null,
    request_id text collate "C",
    environment text not null,
    method text not null,
    path text not null,
    normal_path text not null,
    status bigint,
    key_hash bytea,
    key_tail text,
    login text,
    token_issued_at bigint,
    error text,
    duration_ms bigint,
    shown_id text collate "C",
    shown_login text,
    -- A unique index of all partitions must hold what they are parted by.
    constraint request_number primary key (number, at)
) partition by range (at);

-- The partition of a day (counted from 1970) and the milliseconds that bound it, the second one not included. Clocks that were never set
-- and slips of the pen would make tables without end: before 2010 and from 2050 on there is one for all.
create function request_part(day bigint, out name text, out first text, out past text) language plpgsql stable as $$
declare
    month timestamp;
begin
    if day < 14610 then
        name := 'request_past';
        first := 'minvalue';
        past := '1262304000000';
    elsif day >= 29220 then
        name := 'request_future';
        first := '2524608000000';
        past := 'maxvalue';
    else
        month := date_trunc('month', timestamp '1970-01-01' + day * interval '1 day');
        name := 'request_' || to_char(month, 'YYYY_MM');
        first := cast(extract(epoch from month) * 1000 as bigint);
        past := cast(extract(epoch from month + interval '1 month') * 1000 as bigint);
    end if;
end $$;

create function request_has(part text) returns boolean language sql stable as $$
    select exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                   where i.inhparent = 'request'::regclass and c.relname = part)
$$;

-- Makes the partitions that these days (between commas) lack; how many. Said before their rows are written, in the same transaction.
create function request_room(days text) returns bigint language plpgsql as $$
declare
    part record;
    made bigint := 0;
begin
    -- The lock that the rows will take anyway: from here on nobody drops a partition under them.
    lock table request in row exclusive mode;
    for part in
        select distinct p.name, p.first, p.past
        from unnest(cast(string_to_array(days, ',') as bigint[])) as wanted (day), request_part(wanted.day) p order by p.name
    loop
        continue when request_has(part.name);
        -- One makes at a time, while others read and write; whoever waited looks again.
        lock table request in share update exclusive mode;
        continue when request_has(part.name);
        -- Made apart and then attached: a partition that is created in place would wait for everybody who reads.
        execute format('create table %I (like request including indexes)', part.name);
        -- By an expression, an index can be unique in each partition only.
        execute format('create unique index %I on %I ((at / 86400000), request_id) where request_id is not null',
                       part.name || '_id_of_day', part.name);
        execute format('alter table request attach partition %I for values from (%s) to (%s)',
                       part.name, part.first, part.past);
        made := made + 1;
    end loop;
    return made;
end $$;

-- Drops the partitions all of whose rows are from before `instant`; how many rows went. While somebody reads without end (a backup), the
-- others would queue behind us: then nothing is dropped, and the caller takes the rows one by one.
create function request_drop_before(instant bigint) returns bigint language plpgsql set lock_timeout = '250ms' as $$
declare
    parts regclass[];
    part regclass;
    held bigint;
    gone bigint := 0;
begin
    -- Two that count would wait for each other when they drop.
    if not pg_try_advisory_xact_lock(7310586175) then
        return 0;
    end if;
    select coalesce(array_agg(cast(i.inhrelid as regclass)), '{}') into parts
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'request'::regclass
        and cast(substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(-?[0-9]+)''\)$') as bigint) <= instant;
    if parts = '{}' then
        return 0;
    end if;
    foreach part in array parts loop
        execute format('select count(*) from %s', part) into held;
        gone := gone + held;
    end loop;
    lock table request in access exclusive mode;
    foreach part in array parts loop
        execute format('drop table %s', part);
    end loop;
    return gone;
exception when lock_not_available then
    return 0;
end $$;

select request_room(coalesce(string_agg(distinct cast(at / 86400000 as text), ','), '')) from request_whole;
insert into request (number, at, request_id, environment, method, path, normal_path, status, key_hash, key_tail, login, token_issued_at,
    error, duration_ms, shown_id, shown_login)
    overriding system value
    select number, at, request_id, environment, method, path, normal_path, status, key_hash, key_tail, login, token_issued_at,
        error, duration_ms, shown_id, shown_login from request_whole;
select setval('request_number_seq', coalesce(max(number), 0) + 1, false) from request_whole;
drop table request_whole;
-- After the rows: an index of what is there is made faster than one that grows.
create index request_login on request ((at / 3600000), login, at) where login is not null;
create index request_key on request ((at / 3600000), key_hash, at) where key_hash is not null;
create index request_route on request ((at / 3600000), normal_path, method, at);
analyze request;

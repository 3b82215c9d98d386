-- Why: what people keep while they work on screens: replies not yet sent, lists they come back to, who looks at a ticket, and how many did
-- what on a day. Twin: ../postgres/0007_screens.sql
create table draft (
    ticket text not null references ticket (id),
    account text not null,
    author text not null,
    body text not null,
    version bigint not null,
    at bigint not null,
    primary key (ticket, account)
);
create table saved_view (
    id text primary key,
    account text not null,
    name text not null,
    query text not null,
    shared_at bigint,
    at bigint not null
);
create index saved_view_account on saved_view (account, at);
create table presence (
    ticket text not null,
    account text not null,
    name text not null,
    at bigint not null,
    primary key (ticket, account)
);
create table daily_count (
    day text not null,
    name text not null,
    count bigint not null,
    primary key (day, name)
);

-- Why: every mail is kept, sealed, before anything is decided about it, so that none is lost or doubled whatever fails; what came of it,
-- and by which of its marks later mails are known to answer it. Twin: ../postgres/0010_mail_in.sql
-- Nothing here can be read as an address or an id: those are keyed hashes. The mail itself is in `sealed`, about this row's id.
create table mail (
    id text primary key,
    -- Of the raw bytes: the same mail twice is one row.
    hash text not null unique,
    mailbox text not null,
    uid bigint,
    received_at bigint not null,
    size bigint not null,
    direction text not null check (direction in ('in', 'out')),
    state text not null check (state in ('received', 'filed', 'noted', 'quarantined')),
    -- How often it was begun to be filed.
    attempts bigint not null,
    reason text,
    ticket text references ticket (id),
    message text references message (id),
    message_id text,
    -- Of what its author wrote: the same mail by two ways is one.
    content text,
    sender text,
    -- `dmarc`, `dkim`, `spf` or `none`: by what the sender is verified.
    verified text,
    authentication text
);
create index mail_state on mail (state, id);
create index mail_message_id on mail (message_id) where message_id is not null;
create unique index mail_content on mail (content) where content is not null and state = 'filed';
create index mail_ticket on mail (ticket, id) where ticket is not null;
create index mail_uid on mail (mailbox, uid) where uid is not null;

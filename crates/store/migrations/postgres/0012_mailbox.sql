-- Why: mailboxes that are read over IMAP, who reads each, and what became of every mail that a server showed: what was seen there is what
-- was stored and what was refused, and what is neither is missing. Twin: ../sqlite/0012_mailbox.sql
create table mailbox (
    name text collate "C" primary key,
    -- Whoever reads it, alone, until then.
    holder text,
    held_until bigint,
    state text not null check (state in ('reading', 'watching', 'failing')),
    -- Since when it is in that state.
    since bigint not null,
    -- Why it fails, for people; names no secret and no mail.
    error text,
    -- When a round last ended well, and what the server had then.
    looked bigint,
    validity bigint,
    on_server bigint not null,
    -- Of those, how many are neither stored nor refused.
    missing bigint not null
);
create table mailbox_mail (
    mailbox text collate "C" not null,
    -- Numbers mean something only within one of these.
    validity bigint not null,
    uid bigint not null,
    mail text collate "C" references mail (id),
    -- Why it was not taken.
    refused text,
    at bigint not null,
    primary key (mailbox, validity, uid),
    check ((mail is null) <> (refused is null))
);
create index mailbox_mail_refused on mailbox_mail (mailbox, at) where refused is not null;
-- Why: an address that mails came back from is told until a mail comes from it. Only a keyed hash of the address is here.
create table returned (
    address text collate "C" primary key,
    status text not null,
    first bigint not null,
    last bigint not null,
    count bigint not null,
    -- The mail that told.
    mail text collate "C" not null references mail (id)
);
alter table outbox add column returned bigint;

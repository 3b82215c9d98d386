-- Why: what chat tools send is kept, sealed, before anything is decided about it; which conversation of theirs is which ticket; and what
-- goes out by other ways than mail, with what became of it. Twin: ../postgres/0014_chat.sql
-- No telephone and no id of a chat tool can be read here: those are keyed hashes. Addresses are in `sealed`, about the conversation's id.
create table chat_delivery (
    id text primary key,
    -- Of channel and bytes: the same a second time is one row.
    hash text not null unique,
    channel text not null,
    received_at bigint not null,
    size bigint not null,
    state text not null check (state in ('received', 'filed', 'noted', 'elsewhere', 'quarantined')),
    -- How often it was begun to be filed.
    attempts bigint not null,
    reason text,
    ticket text references ticket (id)
);
create index chat_delivery_state on chat_delivery (state, id);
create table chat_conversation (
    id text primary key,
    -- Of channel and address: one telephone is one conversation.
    mark text not null unique,
    channel text not null,
    -- One more with each message filed: two of one conversation are filed one after the other.
    version bigint not null,
    -- When the other side last wrote: until when it may be written to freely counts from here.
    last_in bigint,
    -- When it was last asked to write again.
    reopened bigint
);
create table chat_said (
    message text primary key references message (id),
    conversation text not null references chat_conversation (id),
    -- Of the id that the chat tool gave it: the same message by two deliveries is one.
    mark text not null unique
);
create index chat_said_conversation on chat_said (conversation);
create table errand (
    id text primary key,
    channel text not null,
    ticket text not null references ticket (id),
    -- The message that it carries, if one, and which part of it: a long text goes in several.
    message text references message (id),
    part bigint not null,
    conversation text references chat_conversation (id),
    kind text not null,
    -- Which template of the channel asks to write again.
    template text,
    created bigint not null,
    state text not null check (state in ('waiting', 'held', 'unsure', 'outside', 'sent', 'delivered', 'read', 'failed')),
    attempts bigint not null,
    -- How often a person had it sent anew: to the other side that is another message.
    anew bigint not null,
    claimed_by text,
    claimed_until bigint,
    -- When its state was last told.
    ended bigint,
    reason text,
    -- Of the id under which the other side knows it.
    mark text unique,
    unique (message, part, channel)
);
create index errand_ticket on errand (ticket, created, id);
create index errand_conversation on errand (conversation, state, id);
create index errand_state on errand (state, id);

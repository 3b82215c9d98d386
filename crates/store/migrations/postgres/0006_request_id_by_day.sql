-- Why: an index of ids alone is as wide as the log, and every row of an import touches a page of it far from the others. By the day,
-- what arrives together is written together; a request has one moment, so its id is still there once. Twin: ../sqlite/0006_request_id_by_day.sql
alter table request drop constraint request_request_id_key;
create unique index request_id_of_day on request ((at / 86400000), request_id) where request_id is not null;

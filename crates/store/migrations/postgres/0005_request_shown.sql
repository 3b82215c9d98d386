-- Why: ids and logins are looked up without regard to ASCII case, so `request_id` and `login` are in lower case; here they are as
-- the platform wrote them, where that differs. Old code keeps working: it only adds. Twin: ../sqlite/0005_request_shown.sql
alter table request add column shown_id text collate "C";
alter table request add column shown_login text;

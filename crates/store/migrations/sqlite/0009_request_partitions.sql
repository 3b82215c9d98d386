-- Why: the names of the steps are the same on both engines. Here the log has a file of its own and stays one table: SQLite has no
-- partitions, and its pages are used again after old rows go. Twin: ../postgres/0009_request_partitions.sql
select 1;

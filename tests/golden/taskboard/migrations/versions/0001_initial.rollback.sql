-- Takes back 0001_initial, as `alembic downgrade` does, for when only SQL is at hand:
--     psql --set ON_ERROR_STOP=1 --file 0001_initial.rollback.sql "$DATABASE_URL"
-- It is one transaction: all of it happens, or nothing.

BEGIN;
DROP TABLE task_blockers;
DROP TABLE tasks;
DROP TABLE users;
DROP TABLE projects;
DELETE FROM alembic_version WHERE version_num = '0001_7ff37edc';
COMMIT;

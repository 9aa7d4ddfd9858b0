BEGIN;

DROP TABLE task_blockers;
DROP TABLE tasks;
DROP TABLE users;
DROP TABLE projects;

DELETE FROM alembic_version WHERE version_num = '0001';

COMMIT;

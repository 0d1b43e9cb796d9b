"""A record as the first version made it: users' disks hold such, for ever."""

from __future__ import annotations

FIRST_VERSION = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, class_name TEXT NOT NULL, started BIGINT NOT NULL,
    ended BIGINT, each_student SMALLINT NOT NULL, names TEXT NOT NULL);
CREATE TABLE marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    second INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX marks_of_session ON marks (session, second);
CREATE TABLE class_seconds (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    second INTEGER NOT NULL, expected SMALLINT NOT NULL, faces SMALLINT NOT NULL,
    counts BLOB NOT NULL, PRIMARY KEY (session, second)) WITHOUT ROWID;
CREATE TABLE session_students (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number SMALLINT NOT NULL, student TEXT NOT NULL,
    PRIMARY KEY (session, number)) WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_of_student ON session_students (student, session);
CREATE TABLE tracks (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    track INTEGER NOT NULL, number SMALLINT NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (session, track, number)) WITHOUT ROWID;
CREATE TABLE student_seconds (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    second INTEGER NOT NULL, number SMALLINT NOT NULL, seen SMALLINT NOT NULL,
    sure SMALLINT NOT NULL, quality SMALLINT NOT NULL, shown SMALLINT,
    scores BLOB NOT NULL, PRIMARY KEY (session, second, number)) WITHOUT ROWID;
"""

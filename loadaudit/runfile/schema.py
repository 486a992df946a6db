"""The versioned tables of a run file."""

import sqlite3

APPLICATION_ID = 0x4C414455
"""`LADU` in ASCII: tells a run file from any other SQLite database."""

SCHEMA_VERSION = 9

# Samples are only appended: by number they would go to as many pages as there are virtual users, at each commit.
TABLES = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE environment (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE inventory (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE operations (id TEXT PRIMARY KEY, category TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE plan (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE samples (
    number INTEGER NOT NULL, operation_id TEXT NOT NULL, path TEXT NOT NULL, role TEXT NOT NULL,
    vu INTEGER NOT NULL, intended_start_ns INTEGER NOT NULL, start_ns INTEGER NOT NULL,
    first_byte_ns INTEGER NOT NULL, response_ns INTEGER NOT NULL, latency_ns INTEGER NOT NULL,
    status INTEGER NOT NULL, error TEXT NOT NULL, dns_ns INTEGER NOT NULL, connect_ns INTEGER NOT NULL,
    tls_ns INTEGER NOT NULL, sent_bytes INTEGER NOT NULL, received_bytes INTEGER NOT NULL,
    body_bytes INTEGER NOT NULL, body_hash INTEGER NOT NULL, body_mark TEXT NOT NULL, location TEXT NOT NULL,
    new_connection INTEGER NOT NULL, protocol TEXT NOT NULL, lane TEXT NOT NULL, warm_up INTEGER NOT NULL,
    worker TEXT NOT NULL);
CREATE TABLE traces (
    number INTEGER PRIMARY KEY, method TEXT NOT NULL, route TEXT NOT NULL, view TEXT NOT NULL,
    view_ran INTEGER NOT NULL, user_id TEXT NOT NULL, status INTEGER NOT NULL, start_ns INTEGER NOT NULL,
    service_ns INTEGER NOT NULL, cpu_ns INTEGER NOT NULL, sql_count INTEGER NOT NULL, sql_ns INTEGER NOT NULL,
    connections_opened INTEGER NOT NULL, connections_left INTEGER NOT NULL, connect_ns INTEGER NOT NULL,
    database_ns INTEGER NOT NULL, commit_ns INTEGER NOT NULL, http_ns INTEGER NOT NULL, cache_ns INTEGER NOT NULL,
    template_ns INTEGER NOT NULL, python_ns INTEGER NOT NULL, waiting_ns INTEGER NOT NULL,
    commits INTEGER NOT NULL, rollbacks INTEGER NOT NULL, savepoints INTEGER NOT NULL, rows INTEGER NOT NULL,
    sql_writes INTEGER NOT NULL, http_calls INTEGER NOT NULL, http_hosts TEXT NOT NULL DEFAULT '',
    templates INTEGER NOT NULL, session_loads INTEGER NOT NULL, session_saves INTEGER NOT NULL,
    cache_gets INTEGER NOT NULL, cache_hits INTEGER NOT NULL, cache_sets INTEGER NOT NULL, in_flight INTEGER NOT NULL,
    exception TEXT NOT NULL, csrf_reason TEXT NOT NULL, denied INTEGER NOT NULL, worker INTEGER NOT NULL,
    thread INTEGER NOT NULL DEFAULT 0,
    summary_only INTEGER NOT NULL, outgoing TEXT NOT NULL DEFAULT '',
    refusals TEXT NOT NULL DEFAULT '', row_writes TEXT NOT NULL DEFAULT '', backends TEXT NOT NULL DEFAULT '');
CREATE TABLE statements (id INTEGER PRIMARY KEY, sql TEXT NOT NULL UNIQUE);
CREATE TABLE statement_uses (
    trace INTEGER NOT NULL, statement INTEGER NOT NULL REFERENCES statements, alias TEXT NOT NULL,
    count INTEGER NOT NULL, total_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL, call_site TEXT NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0);
CREATE TABLE exceptions (
    fingerprint TEXT PRIMARY KEY, type TEXT NOT NULL, message TEXT NOT NULL, traceback TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE logins (
    vu INTEGER NOT NULL, role TEXT NOT NULL, proven INTEGER NOT NULL, detail TEXT NOT NULL,
    duration_ns INTEGER NOT NULL, cause TEXT NOT NULL DEFAULT '', retry INTEGER NOT NULL DEFAULT 0,
    way TEXT NOT NULL DEFAULT 'form', after_loss INTEGER NOT NULL DEFAULT 0, traceback TEXT NOT NULL DEFAULT '');
CREATE TABLE lost_sessions (
    vu INTEGER NOT NULL, role TEXT NOT NULL, number INTEGER NOT NULL, operation_id TEXT NOT NULL,
    sign TEXT NOT NULL, regained INTEGER NOT NULL, pause_ns INTEGER NOT NULL);
CREATE TABLE tool_verdicts (
    number INTEGER PRIMARY KEY, numbers TEXT NOT NULL, method TEXT NOT NULL, name TEXT NOT NULL,
    failure TEXT NOT NULL);
CREATE TABLE load_nodes (
    name TEXT PRIMARY KEY, users INTEGER NOT NULL, samples INTEGER NOT NULL, clock_offset_ns INTEGER NOT NULL,
    round_trip_ns INTEGER NOT NULL, lost TEXT NOT NULL);
CREATE TABLE series (probe TEXT NOT NULL, name TEXT NOT NULL, time_ns INTEGER NOT NULL, value REAL NOT NULL);
CREATE TABLE imported (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE imported_groups (position INTEGER PRIMARY KEY, name TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE observations (position INTEGER PRIMARY KEY, kind TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE messages (position INTEGER PRIMARY KEY, text TEXT NOT NULL);
"""

INDEXES = "CREATE INDEX IF NOT EXISTS statement_uses_trace ON statement_uses (trace);"


def create(connection: sqlite3.Connection) -> None:
    """Mark an empty database as a run file of the current version and create its tables."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.executescript(TABLES)

"""The PostgreSQL that the central system's books speak: their tables, and longer statements."""

SCHEMA = """
SELECT pg_advisory_xact_lock(7346001);  -- CREATE IF NOT EXISTS alone is no match for two at once
CREATE TABLE IF NOT EXISTS events (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, arrived BIGINT GENERATED ALWAYS AS IDENTITY,
  arrived_us BIGINT NOT NULL, PRIMARY KEY (gateway, epoch, seq));
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE TABLE IF NOT EXISTS doubles (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  why TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS doubles_once
  ON doubles (gateway, epoch, seq, id, why, md5(body));
CREATE TABLE IF NOT EXISTS gateways (gateway TEXT PRIMARY KEY);
CREATE SEQUENCE IF NOT EXISTS touches;
CREATE TABLE IF NOT EXISTS cursors (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, upto BIGINT NOT NULL DEFAULT 0,
  highest BIGINT NOT NULL DEFAULT 0, touched BIGINT NOT NULL DEFAULT 0,
  base TEXT NOT NULL DEFAULT '', moved_us BIGINT NOT NULL DEFAULT 0,
  asked_us BIGINT NOT NULL DEFAULT 0, asked_upto BIGINT NOT NULL DEFAULT -1,
  PRIMARY KEY (gateway, epoch));
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL, state TEXT NOT NULL, sent_us BIGINT NOT NULL,
  received INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcels (
  sscc TEXT NOT NULL, id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (sscc, id));
"""
INSERT = """INSERT INTO events (gateway, epoch, seq, id, type, body, arrived_us)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
  %s::bigint[]) ON CONFLICT DO NOTHING RETURNING gateway, epoch, seq"""
BODIES = """SELECT gateway, epoch, seq, body FROM events
JOIN unnest(%s::text[], %s::text[], %s::bigint[]) AS wanted (gateway, epoch, seq)
  USING (gateway, epoch, seq)"""
GAPS = "SELECT gateway, epoch, upto, highest, base, asked_upto FROM cursors"
RECEIVED = """UPDATE orders SET received=1
FROM unnest(%s::text[], %s::bigint[]) AS told (order_id, rev)
WHERE orders.order_id = told.order_id AND received=0
AND coalesce((body::json ->> 'rev')::bigint, 1) <= told.rev"""
REVISE = """UPDATE orders SET body=%s, sent_us=%s, received=0 WHERE order_id=%s
AND coalesce((body::json ->> 'rev')::bigint, 1) < %s RETURNING number"""

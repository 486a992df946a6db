"""The server side: sees requests, views, SQL and exceptions from inside, and hands traces to a sink."""

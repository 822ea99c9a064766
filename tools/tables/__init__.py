"""Builders of the published tables, one module a subject; each returns frames by table name."""

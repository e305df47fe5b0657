"""The schema's history, for Alembic; `store.database` brings a store up to date when it opens it."""

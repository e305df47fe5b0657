"""Alembic's environment: the migrations run on the connection that `store.database` hands in."""

from alembic import context

from gatepost.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

"""What Alembic runs to migrate: the connection and the table come from upgrading.py."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    version_table=attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()

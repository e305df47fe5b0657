"""Everything that outlives the process, in SQLite: one module a noun."""

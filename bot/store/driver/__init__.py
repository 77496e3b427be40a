"""How each kind of database is spoken to: engines, SQLite's one writer, and Postgres below the driver's cursors."""

"""The admin's files: read, checked for form, and played. Imports the core; opens no door and keeps no rows."""

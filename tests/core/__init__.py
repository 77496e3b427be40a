"""The core, tested as tables."""

"""Doors for time: the bell and its jobs, and the clock. Each opens, calls one verb, and closes again."""

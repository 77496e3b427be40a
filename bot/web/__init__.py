"""Doors for people and for the carrier: each opens, calls one verb, and closes again."""

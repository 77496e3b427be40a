"""Tests of the flow files: reading, checking, playing."""

"""Tests of how words leave and arrive."""

"""Tests of the local phone company."""

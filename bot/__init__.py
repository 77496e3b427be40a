"""Mendline: texts people home from lumbar fusion, and pages a nurse when a reply holds a red flag."""

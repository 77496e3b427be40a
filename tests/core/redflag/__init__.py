"""Tests of hearing red flags."""

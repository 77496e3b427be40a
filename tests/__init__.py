"""The tests, in the same rooms as what they hold to its word."""

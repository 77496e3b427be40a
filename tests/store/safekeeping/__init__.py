"""Files in which patients travel."""

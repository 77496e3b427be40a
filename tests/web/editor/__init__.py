"""The staff console, through the real app."""

"""The nouns: pure values and decisions. Imports nothing of ours but itself, and only the standard library."""

"""The benchmark: the product beside floors that it builds itself, on the same server and the same database."""

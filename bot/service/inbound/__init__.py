"""One text being taken in: what is known of it, the decision in one transaction, and the words it is answered with."""

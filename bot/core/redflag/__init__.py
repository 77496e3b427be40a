"""Red flags: what they are and how urgent (table), and how they are heard in any words (screen)."""

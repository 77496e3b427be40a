"""What the carrier knows and we do not: texts that never reached us, and messages whose end nobody told us."""

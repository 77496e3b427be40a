"""What the staff console remembers: accounts, sign-ins, the audit log, and what staff said of alerts."""

"""What we remember: tables, one transaction at a time, one small file per record. No opinions here."""

"""What administrators decide and see: properties, keeping, backups, seals and the audit log."""

"""What a student's own browser reads with: the browser checkpoint, and how it is made."""

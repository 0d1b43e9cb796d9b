"""What a session saw, kept in a database: the class always, students only where that was chosen."""

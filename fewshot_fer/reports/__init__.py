"""What a recorded session says: numbers, how sure they are, and a page to read."""

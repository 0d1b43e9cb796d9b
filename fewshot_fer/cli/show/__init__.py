"""What a terminal shows: tables, the live screen, its keys and notices."""

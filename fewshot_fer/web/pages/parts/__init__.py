"""What pages are put together from; nothing here decides anything about people."""

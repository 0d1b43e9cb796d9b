"""How a checkpoint comes to be: FER-2013, episodes, export. The only room with torch."""

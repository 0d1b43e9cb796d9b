"""How a checkpoint comes to be: FER-2013, augmentation, episodes, export. The only room with torch."""

"""Finds faces, follows them, brings them to one pose and says how good they are."""

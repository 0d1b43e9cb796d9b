"""The live class: from the pictures of a source to who shows what, moment by moment."""

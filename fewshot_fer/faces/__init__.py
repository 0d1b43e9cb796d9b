"""Face detection, tracking, alignment, recognition and image quality."""

"""A student's own device that reads its pictures itself: what it is sent, and what it may say."""

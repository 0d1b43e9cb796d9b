"""Students and the pictures that teach: one student, enrolling, today's light, new expressions."""

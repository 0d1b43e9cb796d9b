"""The front for programs: `fewshot_fer.read`, `fewshot_fer.Class`, and what they return."""

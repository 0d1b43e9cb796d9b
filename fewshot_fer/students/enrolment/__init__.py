"""From pictures to an enrolled student: what is taken, what is refused, what was learnt."""

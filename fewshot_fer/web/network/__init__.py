"""Whether and how devices of the network reach students' pages."""

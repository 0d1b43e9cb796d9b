"""What is kept of each student: folders that lose nothing, an index, and moving between them."""

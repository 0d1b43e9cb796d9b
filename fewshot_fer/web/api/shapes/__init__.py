"""What comes in and what goes out; where the command line has `--json`, the shapes are the same."""

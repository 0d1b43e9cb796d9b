"""The commands: one file a group, found by `cli.app`."""

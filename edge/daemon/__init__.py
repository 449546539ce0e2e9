"""Starting, watching and stopping the services of one gateway."""

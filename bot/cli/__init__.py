"""One page a command, and the only wiring: here the real rooms of floor 4 are handed to the flow."""

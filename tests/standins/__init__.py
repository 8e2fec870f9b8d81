"""Other people's services as we know them, on real sockets of this machine only."""

"""Paper Round: brings research papers to the teams who should read them."""

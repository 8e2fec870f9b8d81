"""How the contract reaches each platform."""

"""The community for programs."""

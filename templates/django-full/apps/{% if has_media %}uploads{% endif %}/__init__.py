"""What people upload about themselves: their picture."""

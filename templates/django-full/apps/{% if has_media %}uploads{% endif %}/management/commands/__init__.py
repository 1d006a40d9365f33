"""Commands about uploads."""

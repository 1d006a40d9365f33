"""Commands about items."""

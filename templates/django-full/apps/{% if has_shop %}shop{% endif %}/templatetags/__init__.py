"""What templates can ask about items."""

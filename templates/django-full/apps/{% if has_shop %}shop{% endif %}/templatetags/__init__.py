"""What templates can ask about the shop."""

"""What templates ask publishing for."""

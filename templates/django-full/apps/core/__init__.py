"""What every page and every request shares."""

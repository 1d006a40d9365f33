"""Mail that is on its way."""

"""The REST API: its document, its errors, its tokens."""

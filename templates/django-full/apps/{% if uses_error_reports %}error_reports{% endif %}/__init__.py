"""Reports of errors: what they hold, and what they leave out."""

"""A merge reaches the files all at once, and can be taken back."""

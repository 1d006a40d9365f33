"""The migrations of a project, which stay as they are, and where those that a template adds come after them."""

"""Pages in a tree: drafts, revisions, publishing, redirects."""

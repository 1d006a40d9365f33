"""The machine underneath: git, scratch folders and signals."""

"""The advice as people and programs read it, and Waypost's own words on what the starter projects give."""

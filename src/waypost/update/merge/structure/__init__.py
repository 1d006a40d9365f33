"""Files that have a structure, merged by it: what git takes for a conflict is often only two neighbours."""

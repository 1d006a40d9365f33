"""Names that a file may hold once only, and those that a merge has made it hold twice."""

"""Two versions of a project become one: the template's change and the user's."""

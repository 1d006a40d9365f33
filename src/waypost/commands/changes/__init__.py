"""What is said of a change to a project, for people and for programs: updates, features and adoptions."""

"""What an update means for a project beyond its text: what moves with it, and what a person does next."""

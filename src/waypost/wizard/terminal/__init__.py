"""The wizard's terminal: a screen as values, and the keys, lines and colours that show it."""

"""An example: people keep items of their own."""

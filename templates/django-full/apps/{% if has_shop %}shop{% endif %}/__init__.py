"""A shop: a catalogue, carts, and orders that take from the stock what is there."""

"""The commands: one module, one short story each, from what was asked for to a ``Reply``, printing nothing."""

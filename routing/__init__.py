"""The decisions of a call: pure functions over plain data, standard library only."""

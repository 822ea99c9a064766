"""Reads treatment notes: what was done, for how long, where, by whom, with the words each fact rests on."""

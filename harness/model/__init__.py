"""The nouns: immutable values. No I/O, no clock, no environment."""

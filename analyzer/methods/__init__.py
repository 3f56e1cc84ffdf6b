"""Pure functions on arrays, text and colours that signals share. No I/O, no engines, no state."""

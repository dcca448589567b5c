"""One file a format: how diagnostics are written for people, and for the programs that show them to people."""

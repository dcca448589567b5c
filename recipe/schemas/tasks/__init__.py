"""Task families: one recipe model each."""

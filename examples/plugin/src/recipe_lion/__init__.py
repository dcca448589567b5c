"""The Lion optimizer as a component of recipe."""

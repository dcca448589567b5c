"""Image classification. Its data and models can be looked at; the engine that trains them comes next."""

"""What a run leaves for people to look at: curves as PNG files, and `report.html`."""

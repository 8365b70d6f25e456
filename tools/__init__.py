"""What keeps the project in order and no person's studio needs: makers of its data, checks of what it stands on."""

"""What a list from a spreadsheet would change in the school, and the change itself."""

"""What can be corrected without asking anyone: edits of claim lines, tried before they are made."""

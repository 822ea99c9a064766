"""Files that hold a treatment note, as the text of one note: plain text, C-CDA, PDF with text, and structured rows."""

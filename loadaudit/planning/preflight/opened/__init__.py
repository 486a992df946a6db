"""What code that opens an uploaded file reads in it: its kind, the columns of its rows, the size of a picture."""

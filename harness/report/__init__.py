"""One format is one file: render(result) to text. Reports print what is in the Result and compute nothing."""

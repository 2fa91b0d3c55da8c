"""The invented town of Lerchenfurt: one model, many file formats."""

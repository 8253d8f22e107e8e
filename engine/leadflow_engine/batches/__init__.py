"""Files of a batch: rows of leads made one text, the same rows always the same bytes."""

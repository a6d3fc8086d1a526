"""What all comparisons share."""

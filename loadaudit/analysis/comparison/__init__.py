"""Two or more runs side by side: what makes them comparable, and what got better or worse beyond noise."""

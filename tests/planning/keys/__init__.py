"""An app whose API wants keys."""

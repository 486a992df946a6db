"""An app whose views are guarded in many ways."""

"""An app with the models that the demo lacks; installed only by the tests of values."""

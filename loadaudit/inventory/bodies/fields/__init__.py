"""Fields of bodies, taken from what declares them: models, forms, serializers, annotated classes, JSON Schema."""

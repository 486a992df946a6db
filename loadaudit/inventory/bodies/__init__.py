"""What an operation wants in its body: forms, serializers, schemas, an OpenAPI document, keys read in the source."""

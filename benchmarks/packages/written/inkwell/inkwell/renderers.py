import json

from rest_framework.renderers import JSONRenderer


class EnvelopeRenderer(JSONRenderer):
    """Wraps the payload in {"<object_label>": ...} unless it carries errors."""
    charset = 'utf-8'
    object_label = 'object'
    pagination_object_label = 'objects'
    pagination_count_label = 'count'

    def render(self, data, media_type=None, renderer_context=None):
        if data is None:
            return b''
        if isinstance(data, dict) and data.get('results') is not None and 'count' in data:
            return json.dumps({
                self.pagination_object_label: data['results'],
                self.pagination_count_label: data['count'],
            }, default=str).encode()
        if isinstance(data, dict) and ('errors' in data or 'detail' in data):
            return super().render(data)
        return super().render({self.object_label: data})
